"""`python -m tests.benchmarks.peer URL`: makes Django's own tables and its account in a database."""

import sys

from tests.benchmarks.peer import project

project.wsgi_application(sys.argv[1])
project.prepare()
