"""Stories that run through the whole product, told as people would tell them."""
