"""What an answer of the product says, whatever its format, for tests that compare answers."""

import io
import re
import zipfile

from django.http import HttpResponse, StreamingHttpResponse


def text_of(answer: HttpResponse | StreamingHttpResponse) -> str:
    """The words of an answer, those of a sheet or a document too, without what differs from answer to answer.

    Left out: the token of forms, and when a sheet or a document was made.
    """
    body = answer.getvalue()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = [name for name in packed.namelist() if not name.startswith("docProps/")]
            body = b"\n".join(packed.read(name) for name in names)
    words = body.decode("utf-8", "replace")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", words)
