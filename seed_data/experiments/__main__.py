"""Print the experiments' tasks: ``python -m seed_data.experiments``, a cast in on stdin as JSON."""

import json
import sys
from dataclasses import asdict

from seed_data.experiments.tasks import tasks

if __name__ == "__main__":
    told = [asdict(one) for one in tasks(json.load(sys.stdin))]
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
