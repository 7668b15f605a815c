#!/usr/bin/env python3
"""What oncec writes besides C++: --proto-out, --descriptor-out, --plugin.

    outputs_test.py --oncec PROGRAM --protoc PROGRAM --source SOURCE --work DIR

ONCE_REGENERATE_GOLDEN=1 in the environment writes expected/ instead of comparing with it.
"""
import argparse
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import unittest

OPTIONS = argparse.Namespace()


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, check=False,
                          **options)


class Outputs(unittest.TestCase):
    def setUp(self):
        self.work = OPTIONS.work / self.id().rsplit(".", 1)[1]
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def oncec(self, *arguments, status=0, **options):
        result = run(OPTIONS.oncec, *arguments, **options)
        self.assertEqual(result.returncode, status, result.stderr)
        return result

    def idl(self, text):
        path = self.work / "test.idl"
        path.write_text(text, encoding="utf-8")
        return path

    def expect(self, path):
        """The file is the one of that name in expected/."""
        wanted = pathlib.Path(__file__).parent / "expected" / path.name
        content = path.read_text(encoding="utf-8")
        if os.environ.get("ONCE_REGENERATE_GOLDEN"):
            wanted.write_text(content, encoding="utf-8")
        self.assertEqual(content, wanted.read_text(encoding="utf-8"))

    def generator(self, text):
        """A program that an external generator could be."""
        path = self.work / "generator"
        path.write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(OPTIONS.work)!r})\n"
                        "import model_pb2 as pb\n"
                        "request = pb.GeneratorRequest.FromString(sys.stdin.buffer.read())\n"
                        "response = pb.GeneratorResponse()\n"
                        f"{text}\nsys.stdout.buffer.write(response.SerializeToString())\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def plugin(self, text, idl="struct S { long a; };", status=0):
        return self.oncec(f"--plugin=test={self.generator(text)}", "--plugin-out", self.work / "out", self.idl(idl),
                          status=status)


class Protos(Outputs):
    def test_are_what_they_were_and_protoc_takes_them(self):
        for name in ("interfaces", "keywords", "types", "unions"):
            self.oncec("--proto-out", self.work, OPTIONS.source / f"tests/golden/{name}.idl")
            self.expect(self.work / f"{name}.proto")
            result = run(OPTIONS.protoc, f"--proto_path={self.work}", f"--descriptor_set_out={self.work}/set",
                         f"{name}.proto")
            self.assertEqual(result.stderr, "")

    def refused(self, idl):
        result = self.oncec("--proto-out", self.work, self.idl(idl), status=1)
        self.assertFalse((self.work / "test.proto").exists())
        return [line.split(": ", 1)[0].rsplit("/", 1)[1] + ": " + line.split("error: ", 1)[1]
                for line in result.stderr.splitlines() if ": error: " in line]

    def test_name_numbers_that_cannot_be(self):
        self.assertEqual(self.refused("struct S {\n  @id(0) long a;\n};"), [
            "test.idl:2:15: 'a' has the number 0, which no field of Protocol Buffers can have (1 to 18999, 20000 to "
            "536870911)"])
        self.assertEqual(self.refused("struct S {\n  long a;\n  @id(1) long b;\n};"), [
            "test.idl:3:15: 'b' has the number 1 in Protocol Buffers, which 'a' has already: give it another @id"])
        self.assertEqual(len(self.refused("struct S { @id(19500) long a; };")), 1)
        self.assertEqual(len(self.refused("union U switch (long) { case 1: @id(1) long a; };")), 1)
        self.assertEqual(len(self.refused("interface I { long f(@id(1) out long a); };")), 1)

    def test_solve_names_that_would_meet(self):
        idl = self.idl("enum E { @value(1) E_a, @value(2) a };\n"
                       "struct S { long foo_bar; long fooBar; sequence<sequence<long> > message; };\n"
                       "struct message { S arm; };\n"
                       "union U switch (long) { case 1: message arm; case 2: long discriminator; };\n"
                       "interface I { message f(in long result, out long result_); };\n"
                       "struct I_f_Request { long x; };\n")
        self.oncec("--proto-out", self.work, idl)
        result = run(OPTIONS.protoc, f"--proto_path={self.work}", f"--cpp_out={self.work}", "test.proto")
        self.assertEqual(result.stderr, "")


class Descriptors(Outputs):
    def test_hold_the_model(self):
        idl = self.idl("module m {\n  /// A doc.\n  struct S { @id(4) long a; @optional string<8> b; };\n"
                       "  interface I { @idempotent S f(in S x); };\n};\n")
        self.oncec("--descriptor-out", self.work / "first", idl)
        self.oncec("--descriptor-out", self.work / "second", idl)
        octets = (self.work / "first").read_bytes()
        self.assertEqual(octets, (self.work / "second").read_bytes())
        pb = schema()
        model = pb.Model.FromString(octets)
        names = {each.qualified_name: each for each in model.declarations}
        structure = names["m::S"]
        self.assertEqual(structure.doc, "A doc.")
        self.assertEqual((structure.position.line, structure.position.column), (3, 10))
        self.assertEqual(structure.repository_id, "IDL:m/S:1.0")
        first, second = structure.struct.members
        self.assertEqual(first.annotations[0].arguments[0].value.integer.magnitude, 4)
        self.assertEqual(second.type.optional.string.bound, 8)
        operation = names["m::I"].interface.members[0].operation
        self.assertEqual(operation.semantics, pb.Operation.AT_LEAST_ONCE)
        self.assertEqual(model.declarations[operation.result.named].qualified_name, "m::S")
        self.assertEqual([model.declarations[each].name for each in model.top_level], ["m"])

    def test_hold_every_construct_of_the_golden_files(self):
        for idl in sorted((OPTIONS.source / "tests/golden").glob("*.idl")):
            self.oncec("--descriptor-out", self.work / idl.stem, idl)
            model = schema().Model.FromString((self.work / idl.stem).read_bytes())
            for declaration in model.declarations:
                self.assertIsNotNone(declaration.WhichOneof("body"), declaration.qualified_name)
            self.assertGreater(len(model.declarations), 3)


class Plugins(Outputs):
    def test_example_documents_a_service(self):
        folder = OPTIONS.source / "examples/plugin-markdown"
        environment = os.environ | {"PYTHONPATH": str(OPTIONS.work),
                                    "PATH": f"{folder}:{os.environ['PATH']}"}
        self.oncec("--plugin=markdown", "--plugin-out", self.work, OPTIONS.source / "examples/bank/bank.idl",
                   env=environment)
        self.expect(self.work / "bank.md")
        for name in ("types", "unions", "interfaces"):
            self.oncec("--plugin=markdown", "--plugin-out", self.work, OPTIONS.source / f"tests/golden/{name}.idl",
                       env=environment)
            self.assertIn(f"# {name}\n", (self.work / f"{name}.md").read_text(encoding="utf-8"))

    def test_get_the_parameter_and_write_into_folders(self):
        generator = self.generator("response.files.add(name='a/b.txt', content=request.parameter + request.base_name)")
        self.oncec(f"--plugin=test={generator}", "--plugin-out", self.work / "out", "--plugin-parameter", "x y;$z",
                   self.idl("struct S { long a; };"))
        self.assertEqual((self.work / "out/a/b.txt").read_text(encoding="utf-8"), "x y;$ztest")

    def test_report_problems_at_their_places(self):
        result = self.plugin("response.files.add(name='a', content='b')\n"
                             "response.problems.add(text='not that').position.CopyFrom("
                             "request.model.declarations[0].position)", idl="\n  struct S { long a; };", status=1)
        self.assertIn("test.idl:2:10: error: not that\n", result.stderr)
        self.assertFalse((self.work / "out/a").exists())

    def test_do_not_write_outside_their_folder(self):
        for name in ("../a", "/tmp/once-outside", "a/../../b", "", "a/", "."):
            result = self.plugin(f"response.files.add(name={name!r}, content='x')", status=2)
            self.assertIn("gave a file outside its folder", result.stderr)
        result = self.plugin("response.files.add(name='a')\nresponse.files.add(name='a')", status=2)
        self.assertIn("gave the file 'a' twice", result.stderr)

    def test_fail_clearly(self):
        self.assertIn("failed with status 3", self.plugin("sys.exit(3)", status=2).stderr)
        self.assertIn("ended by signal 6", self.plugin("import os; os.abort()", status=2).stderr)
        self.assertIn("no once.idl.GeneratorResponse", self.plugin("print('hello')", status=2).stderr)
        idl = self.idl("struct S { long a; };")
        for program in ("missing", f"missing={self.work}/missing", f"folder={self.work}"):
            result = self.oncec(f"--plugin={program}", "--plugin-out", self.work, idl, status=2)
            self.assertIn("cannot be run", result.stderr)
        result = self.oncec("--plugin=a;touch x", "--plugin-out", self.work, idl, status=2, cwd=self.work)
        self.assertIn("cannot be run", result.stderr)
        self.assertFalse((self.work / "x").exists())
        self.assertIn("go together", self.oncec("--plugin=a", idl, status=2).stderr)
        self.assertIn("NAME", self.oncec("--plugin==x", "--plugin-out", self.work, idl, status=2).stderr)


def schema():
    import model_pb2  # made by main()
    return model_pb2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--oncec", type=pathlib.Path, required=True)
    parser.add_argument("--protoc", type=pathlib.Path, required=True)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.parse_args(namespace=OPTIONS)
    OPTIONS.work.mkdir(parents=True, exist_ok=True)
    run(OPTIONS.protoc, f"--proto_path={OPTIONS.source}/idl", f"--python_out={OPTIONS.work}", "model.proto")
    sys.path.insert(0, str(OPTIONS.work))
    unittest.main(argv=[sys.argv[0]])


if __name__ == "__main__":
    main()
