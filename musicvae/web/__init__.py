"""The studio: the verbs, a library of clips, jobs and latent spaces as a service, and over HTTP.

The modules of this folder know no HTTP; `http/` holds the routes, the guard and the server.
"""
