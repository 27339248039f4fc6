"""The fault list: real processes that die, a mail server that misbehaves, and an oracle that counts.

`relay.py` is the mail server, `workers.py` starts and kills processes, `world.py` holds people and
lines and knows what they are to be told, `oracle.py` compares that with what the server accepted.
"""
