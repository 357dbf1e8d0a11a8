"""What holds for every test."""

from hypothesis import settings

# a busy machine must not make a property fail
settings.register_profile("firstseen", deadline=None)
settings.load_profile("firstseen")
