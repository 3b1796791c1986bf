"""Makes Markdown that a model wrote harmless in Slack: no mention, no foreign link, no picture.

`marks` knows the sequences Slack acts on and how they can be disguised, `brackets` finds links and code spans,
`prose` rewrites them, `lines` tells prose from fenced code and holds back what is still undecided in a stream.

Code is left alone only where no reader of Markdown could take it for anything else, which is why a tilde fence, an
indented fence or an HTML block makes everything after it prose: better a mangled listing than a live link.
"""
