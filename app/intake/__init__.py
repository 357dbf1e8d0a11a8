"""A path or an upload -> an item: its bytes hashed, its type detected from its content.

Nothing here decodes; that is for the sandbox. Start with `item.py`.
"""
