"""A7: text that nests as deep as it is long is an error for oncec, in a stack of 256 KiB and little time."""
import argparse
import os
import pathlib
import resource
import subprocess
import tempfile
import time

DEEP = {
    "sequences": lambda n: "typedef " + "sequence<" * n + "long" + ">" * n + " T;",
    "modules": lambda n: "module m {" * n + "};" * n,
    "parentheses": lambda n: "const long c = " + "(" * n + "1" + ")" * n + ";",
    "signs": lambda n: "const long c = " + "- " * n + "1;",
    "structs": lambda n: "struct s {" * n + "long a;" + "} a;" * n,
    "unions": lambda n: "union u switch (long) { case 1: " * n + "long a; " + "} a;" * n,
    "conditions": lambda n: "#if 1\n" * n + "const long c = 1;\n" + "#endif\n" * n,
    "shifts": lambda n: "const long c = 1" + " + 1" * n + ";",
    # The time that one name takes grows with the square of its length.
    "scopes": lambda n: "typedef " + "a::" * (n // 10) + "b c;",
    "open brackets": lambda n: "(" * n,
}


LONG = ("signs", "conditions", "shifts")  # not deep in any tree: they are accepted


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--oncec", required=True)
    options.add_argument("--levels", type=int, default=1_000_000)
    options.add_argument("--stack", type=int, default=256 * 1024)
    chosen = options.parse_args()

    if os.environ.get("ONCE_ATTACKS") == "full":
        chosen.levels = max(chosen.levels, 100_000)

    def small_stack():
        resource.setrlimit(resource.RLIMIT_STACK, (chosen.stack, chosen.stack))

    failures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, text in DEEP.items():
            for suffix in ("idl", "x") if name in ("structs", "open brackets") else ("idl",):
                source = pathlib.Path(folder) / f"deep.{suffix}"
                source.write_text(text(chosen.levels))
                begin = time.monotonic()
                ended = subprocess.run([chosen.oncec, "--cpp-out", folder, str(source)], preexec_fn=small_stack,
                                       capture_output=True, timeout=60, check=False)
                took = time.monotonic() - begin
                print(f"figure A07Depth seconds_for_{name.replace(' ', '_')}_in_{suffix} {took:.2f} status {ended.returncode}")
                said = ended.stderr.decode(errors="replace")
                expected = 0 if name in LONG else 1
                if ended.returncode != expected or (expected == 1 and "error:" not in said):
                    failures.append(f"{name} in {suffix}: status {ended.returncode}: {said[:200]}")
    if failures:
        raise SystemExit("\n".join(failures))


if __name__ == "__main__":
    main()
