"""What locks a process: seccomp, Landlock, namespaces, limits, job objects.

One file a mechanism; `app.sandbox.child.lockdown` puts them up in order.
"""
