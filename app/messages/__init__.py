"""Every sentence that people read, by id.

Belongs here: the texts of terminal, reports and errors (`en.ftl`) and of the page (`en.page.ftl`);
loading them; filling in parameters. All files that begin with a language's code are one catalogue.
Does not belong here: which sentence is said when. The other rooms return a `Message`, an id with
parameters, and write no sentences.
Start with the head of `en.ftl`, which says how to write and translate; then `catalogue.render`.

The files are in Project Fluent's format, which the page reads with `@fluent/bundle`
(`app/web/fluent`).
"""
