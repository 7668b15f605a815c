#!/usr/bin/python3
"""A step of ours that does not work is a failure of the comparison; one of theirs only means that there is none.

    blame_test.py ONCEC LIBRARY WORK
"""
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
import differential  # noqa: E402

REAL = SimpleNamespace()


class Blame(unittest.TestCase):
    def setUp(self):
        self.work = REAL.work / self.id().rsplit(".", 1)[1]
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.file = self.work / "pair.x"
        self.file.write_text("struct pair { int a; unsigned b; };\n")
        self.path = os.environ["PATH"]

    def tearDown(self):
        os.environ["PATH"] = self.path

    def program(self, name, text):
        path = self.work / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    def compare(self, oncec=None, library=None):
        settings = SimpleNamespace(oncec=oncec or REAL.oncec, library=library or REAL.library, work=self.work / "job",
                                   values=3)
        return differential.Job(settings, self.file, []).run()

    def test_of_nobody_if_all_works(self):
        result = self.compare()
        self.assertEqual((result.failure, result.problem, result.types, result.mismatches), ("", "", 1, []))

    def test_of_ours_if_oncec_fails(self):
        self.assertEqual(self.compare(oncec=self.program("oncec", "echo error: broken >&2; exit 1")).failure,
                         "oncec: error: broken")

    def test_of_ours_if_the_code_does_not_compile(self):
        oncec = self.program("oncec", f"{REAL.oncec} \"$@\" && for f in {self.work}/job/*/*.once.hpp; do\n"
                                      "[ ! -e $f ] || echo '#error broken' >> $f; done")
        self.assertIn("#error broken", self.compare(oncec=oncec).failure)

    def test_of_ours_if_the_program_fails(self):
        linker = shutil.which("g++")
        for action in ("encode", "recode"):
            # Puts a program that fails in the place of the one that is linked.
            self.program("g++", f"{linker} \"$@\" || exit\n[ -e once ] && [ ! -e real ] || exit 0\nmv once real\n"
                                f"echo '#!/bin/sh\n[ $1 = {action} ] && exit 3\nexec ./real \"$@\"' > once\nchmod +x once")
            os.environ["PATH"] = f"{self.work}:{self.path}"
            result = self.compare()
            os.environ["PATH"] = self.path
            self.assertEqual((result.failure, result.problem), ("once: status 3", ""))

    def test_of_theirs_if_rpcgen_fails(self):
        self.program("rpcgen", "echo no >&2; exit 1")
        os.environ["PATH"] = f"{self.work}:{self.path}"
        result = self.compare()
        self.assertEqual((result.failure, result.problem), ("", "rpcgen: no"))

    def test_makes_the_whole_run_fail(self):
        oncec = self.program("oncec", "echo error: broken >&2; exit 1")
        for arguments, status in (([REAL.oncec], 0), ([oncec], 1)):
            done = subprocess.run([HERE / "run", "--oncec", *arguments, "--library", REAL.library, "--work",
                                   self.work / "run", "--values", "3", self.file], capture_output=True, text=True)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn("pair.x: failed: oncec: error: broken\n", done.stdout)


if __name__ == "__main__":
    REAL.oncec, REAL.library, REAL.work = (Path(word).resolve() for word in sys.argv[1:4])
    differential.load_schema(REAL.work / "schema")
    unittest.main(argv=sys.argv[:1])
