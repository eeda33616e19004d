"""The studio over HTTP. These modules need the extra `web`; `musicvae studio` loads them."""
