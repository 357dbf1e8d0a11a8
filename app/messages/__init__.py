"""Every sentence that people read, by id: one file a language.

Belongs here: the texts (`en.ftl`) of terminal, page, report, extension and errors; loading them;
filling in parameters. Does not belong here: which sentence is said when. The other rooms return a
`Message`, an id with parameters, and write no sentences.
Start with the head of `en.ftl`, which says how to write and translate; then `catalogue.render`.

The files are in Project Fluent's format, which the page reads with `@fluent/bundle`.
"""
