"""Everything about sound: spectrogram, hashes, correlation, search for an excerpt.

What a difference of sound is called is `hashing.explain`'s. Start with `compare_audio.py`.
"""
