"""The local cloud: the whole system on one machine, behind `make run`, `make demo` and `make test`.

It starts an AWS emulator, deploys the same template that goes to AWS, and calls the result as a customer would.
It must not know how the functions work inside: only their API, their queue and what an endpoint receives.
"""
