"""Links: from an address on the web to one file on disk, without reaching what is not public.

`app.fetch.fetch` has the one function that others call. Everything that leaves goes through the
checking proxy of `app.fetch.egress_proxy`; which addresses it may connect to is in `addresses` and
`allow`, which links are links at all in `links`, and those three are pure.
"""
