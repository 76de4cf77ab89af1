"""How the stack gets there: with the SAM CLI, or from the source into an embedded cloud."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from local import stack
from tools.smoke.account import Account
from tools.smoke.names import code_bucket

_SAM = "aws-sam-cli==1.170.0"
_SHOWN = 3000  # characters of a failed command's output
_GIVE_UP_SECONDS = 15

PARAMETERS: Mapping[str, str] = {
    "RunDelaySeconds": "0",  # no capture file is on its way when the schedule fires
    "RerunDelaySeconds": "1",
    "IndexDelaySeconds": "1",
    "ProfileConcurrency": "2",
    "RunConcurrency": "2",
    # A KMS key could only be scheduled for deletion, a week later.
    "EncryptOperatorTopic": "false",
}
"""Parameters of the throw-away stack; the others have their defaults."""


class Deployment(Protocol):
    """Deploys template.yaml."""

    def deploy(self, name: str) -> Mapping[str, str]:
        """Creates the stack and waits; returns its outputs.

        Raises:
            RuntimeError: it failed; the text says why.
        """
        ...


class SourceDeployment:
    """Driftline's own modules, zipped as they are; third-party packages come from the embedded cloud's environment."""

    def __init__(self, account: Account, parameters: Mapping[str, str]) -> None:
        self._account = account
        self._parameters = parameters

    def deploy(self, name: str) -> Mapping[str, str]:
        return stack.deploy(
            self._account.client,
            stack.REPOSITORY / "template.yaml",
            name,
            self._parameters,
            built=False,
            note=lambda _line: None,
            code_bucket=code_bucket(name),
        )


class SamDeployment:
    """`sam build && sam deploy`, with artifacts in a bucket of their own, so that they can be removed."""

    def __init__(self, account: Account, parameters: Mapping[str, str]) -> None:
        self._account = account
        self._parameters = parameters

    def deploy(self, name: str) -> Mapping[str, str]:
        overrides = ["--parameter-overrides", *(f"{key}={value}" for key, value in self._parameters.items())]
        bucket = code_bucket(name)
        with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
            # An empty configuration: samconfig.toml asks questions, and has a bucket that others use, too.
            config = Path(folder) / "samconfig.toml"
            config.write_text("version = 0.1\n")
            common = ["--config-file", str(config), "--region", self._account.region]
            built = ["--build-dir", str(Path(folder) / "build")]
            self._sam("build", "--cached", "--parallel", *built, *common, *overrides)
            self._create_bucket(bucket)
            self._sam(
                *("deploy", "--template-file", str(Path(folder) / "build" / "template.yaml")),
                *("--stack-name", name, "--s3-bucket", bucket, "--capabilities", "CAPABILITY_IAM"),
                *("--no-confirm-changeset", "--tags", f"driftline:smoke={name}", *common, *overrides),
            )
        described = self._account.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}

    def _create_bucket(self, name: str) -> None:
        region = self._account.region
        # S3 refuses the name of its oldest region.
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self._account.client("s3").create_bucket(Bucket=name, **where)

    def _sam(self, *arguments: str) -> None:
        tools = Path(sys.executable).parent
        command = [str(tools / "uv"), "tool", "run", "--quiet", "--from", _SAM, "sam", *arguments]
        # SAM looks for python3.13 on the path.
        path = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
        process = subprocess.Popen(
            command,
            cwd=stack.REPOSITORY,
            env={**os.environ, "SAM_CLI_TELEMETRY": "0", "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is ours: SAM would print a traceback of its own
        )
        try:
            output, _ = process.communicate()
        except BaseException:
            _end(process)
            raise
        if process.returncode:
            raise RuntimeError(f"sam {arguments[0]} failed:\n{output[-_SHOWN:]}")


def _end(process: "subprocess.Popen[str]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GIVE_UP_SECONDS)
            return
