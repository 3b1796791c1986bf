"""The benchmark of evidence: missions with planted faults, and what of them reaches the person who approves.

It lives in `bot` because it plays whole missions on real rows and reads them as they are shown: only this floor sees
phases, storage and views, and what lies here comes with the installed command. The folder `bench` beside the packages
holds what developers measure from the source tree; it is not installed.
"""
