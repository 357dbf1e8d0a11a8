"""HTTP: who may ask, what is uploaded, what is answered.

Here: the application, access and limits, uploads, the library and pictures that requests need. A
route is a file of `routes`, the form of its JSON a file of `schemas`. No SQL (that is `app.store`
and `app.library`), no checking (that is `app.jobs`), no arithmetic. Start with `app.py`.
"""
