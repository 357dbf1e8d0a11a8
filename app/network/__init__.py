"""Which links and addresses may be reached: rules on texts, without a socket.

What connects is `app.fetch`. Start with `url_parsing.py`.
"""
