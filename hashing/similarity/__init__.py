"""Do two registered frames, or what moves in them, agree?"""
