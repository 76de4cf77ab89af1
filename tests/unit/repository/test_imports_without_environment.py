"""What functions import reads nothing of their environment meanwhile: on the embedded cloud, one import is for all of them.

See local/fork_server.py. A function's own module, app.py, is not shared and may read what it wants.
"""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

NOTING = """
import ast, importlib, json, os, sys
from collections.abc import MutableMapping

class Noting(MutableMapping):
    def __init__(self, real): self.real, self.asked = real, set()
    def __getitem__(self, name):
        self.asked.add(name)
        return self.real[name]
    def __setitem__(self, name, value): self.real[name] = value
    def __delitem__(self, name): del self.real[name]
    def __iter__(self): return iter(self.real)
    def __len__(self): return len(self.real)
    def copy(self): return dict(self.real)

os.environ = Noting(os.environ)
os.getenv = os.environ.get
for source in sys.argv[1:]:
    for node in ast.parse(open(source, encoding="utf-8").read()).body:
        if isinstance(node, ast.ImportFrom):
            importlib.import_module(node.module)
        elif isinstance(node, ast.Import):
            for each in node.names:
                importlib.import_module(each.name)
print(json.dumps({"asked": sorted(os.environ.asked), "imported": len(sys.modules)}))
"""


def test_no_variable_of_the_template_is_read_by_an_import() -> None:
    sources = sorted(map(str, (REPOSITORY / "functions").glob("*/app.py")))
    done = subprocess.run([sys.executable, "-c", NOTING, *sources], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["imported"] > 500
    template = (REPOSITORY / "template.yaml").read_text(encoding="utf-8")
    assert "DRIFTLINE_NATIVE" in found["asked"]  # which code reads captures: one for all, and not of the template
    assert [name for name in found["asked"] if f"{name}:" in template] == []
    assert [name for name in found["asked"] if name.startswith(("AWS_LAMBDA_FUNCTION", "_LAMBDA"))] == []
