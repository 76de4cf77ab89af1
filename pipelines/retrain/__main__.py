"""`python -m pipelines.retrain NAME=VALUE …` prints the definition for `aws sagemaker create-pipeline`."""

import sys

from pipelines.retrain.definition import to_json


def main(arguments: list[str]) -> None:
    """Each argument is a parameter's default: what is set once and not with every start."""
    wrong = [argument for argument in arguments if "=" not in argument]
    if wrong:
        sys.exit(f"{wrong[0]!r} is no NAME=VALUE. See docs/retraining.md: python -m pipelines.retrain NAME=VALUE …")
    try:
        text = to_json(dict(argument.split("=", 1) for argument in arguments))
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
