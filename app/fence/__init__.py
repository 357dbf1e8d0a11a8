"""A process of its own for everything that parses a stranger's file.

`app.fence.fence` has the parent's side: Fence, prepare, protection. Limits are in
`app.fence.limits`, what can go wrong in `app.fence.errors`; both load nothing heavy.
"""
