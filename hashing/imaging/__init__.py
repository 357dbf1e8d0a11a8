"""Arrays and boxes: keypoints, homography, warping, polygons, components, bands.

Nothing here knows of clips or matches.
"""
