"""What other tools keep beside footage: which files, and what is stated of each.

Here: the folders of yt-dlp and the exports of Telegram Desktop, one file a kind, each a pure parser
of bytes beside the reading of its folder. Not here: adding to the library, which is `app.pipeline`.
Start with `sources.py`.
"""
