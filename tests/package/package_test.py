#!/usr/bin/env python3
"""What somebody outside sees: the installed package, and the README's tutorial done with it, word by word.

    package_test.py install      --root DIR --build BUILD                      installs into DIR/once
    package_test.py compiler     --root DIR                                    the installed oncec
    package_test.py tutorial     --root DIR --source SOURCE --generator NAME   README.md, "Write your own"
    package_test.py protobuf     --root DIR --source SOURCE                    the example in the codec Protocol Buffers
    package_test.py durable      --root DIR --source SOURCE                    docs/exactly-once.md's example: a server and a till that crash
    package_test.py simulation   --root DIR --source SOURCE                    docs/simulation.md's example: the bank in simulated worlds
    package_test.py subdirectory --root DIR --source SOURCE                    the same example, Once as a subproject

DIR plays the reader's home directory. Only processes that were started here are ended, by their ids.
"""
import argparse
import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import markdown

TIMEOUT = 600
# The runtime needs Asio's headers, the compiler carries its parser in it: none of these may be asked for.
UNWANTED = re.compile(r"protobuf|sqlite|libssl|libcrypto|antlr", re.IGNORECASE)


class Failure(Exception):
    pass


def run(command, **options):
    """Runs to the end and gives back standard output; anything but exit status 0 is a failure that shows all."""
    shown = command if isinstance(command, str) else " ".join(map(str, command))
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT,
                            **options)
    if result.returncode != 0:
        raise Failure(f"`{shown}` ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


def check_libraries(program):
    libraries = run(["ldd", program])
    unwanted = [line.strip() for line in libraries.splitlines() if UNWANTED.search(line)]
    if unwanted:
        raise Failure(f"{program} needs libraries that it should not: {', '.join(unwanted)}")


def fresh_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


# ---- install, compiler ----

def install(root, build):
    fresh_folder(root)
    run(["cmake", "--install", build, "--prefix", root / "once"])
    for pattern in ("bin/oncec", "lib*/**/libonce.a", "include/once/once.hpp", "lib*/**/OnceConfig.cmake",
                    "lib*/**/OnceConfigVersion.cmake", "lib*/**/OnceTargets.cmake", "lib*/**/OnceAddIdl.cmake"):
        if not list((root / "once").glob(pattern)):
            raise Failure(f"cmake --install put no {pattern} into {root / 'once'}")


def compiler(root):
    oncec = root / "once/bin/oncec"
    version = run([oncec, "--version"])
    if not re.search(r"\d+\.\d+\.\d+", version):
        raise Failure(f"oncec --version names no version: {version!r}")
    run([oncec, "--help"])
    check_libraries(oncec)


# ---- tutorial ----

def tutorial_blocks(readme):
    """The tutorial's commands, and what its client must print: the sh block that builds the example, and the text
    block after it."""
    blocks = markdown.blocks(readme)
    for block, following in zip(blocks, blocks[1:]):
        if block.language == "sh" and "hello_client" in block.text:
            if following.language != "text":
                raise Failure(f"README.md:{following.line}: a ```text block with hello_client's output was expected")
            return block.text.splitlines(), following.text
    raise Failure("README.md has no ```sh block that runs hello_client")


class Server:
    """A program in the background, from the line that it prints when it is ready until the end of the block."""

    def __init__(self, command, folder, environment):
        self.process = subprocess.Popen(command.split(), cwd=folder, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        guard = threading.Timer(30, self.process.kill)
        guard.start()
        first = self.process.stdout.readline()
        guard.cancel()
        if first != "ready\n":
            self.process.kill()
            raise Failure(f"`{command}` said {first!r} where 'ready' was expected: {self.process.stdout.read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def tutorial(root, source, generator):
    home = root / ("home-" + generator.replace(" ", "-").lower())
    folder = fresh_folder(home) / "hello"
    shutil.copytree(source / "examples/hello", folder)
    (home / "once").symlink_to(root / "once")
    environment = os.environ | {"HOME": str(home), "CMAKE_GENERATOR": generator}
    environment.pop("CMAKE_PREFIX_PATH", None)

    commands, wanted = tutorial_blocks(source / "README.md")
    *build, server, client = commands
    if not server.endswith("&"):
        raise Failure(f"README.md: `{server}`: a server in the background was expected before the client")
    for command in build:
        run(["bash", "-c", command], cwd=folder, env=environment)
    server_command = server.removesuffix("&").strip()
    for program in (server_command, client):
        check_libraries(folder / program)
    with Server(server_command, folder, environment):
        printed = run(["bash", "-c", client], cwd=folder, env=environment)
    if printed != wanted:
        raise Failure(f"`{client}` printed\n{printed}README.md promises\n{wanted}")


# ---- protobuf ----

def protobuf(root, source):
    """A program outside asks for the third codec, and gets the library that it needs with it."""
    folder = fresh_folder(root / "protobuf")
    shutil.copy(source / "examples/hello/hello.idl", folder)
    (folder / "CMakeLists.txt").write_text("""
cmake_minimum_required(VERSION 3.25)
project(outside CXX)
find_package(Once REQUIRED COMPONENTS protobuf)
once_add_idl(hello_idl hello.idl CODECS protobuf)
add_executable(outside main.cpp)
target_link_libraries(outside PRIVATE hello_idl)
""", encoding="utf-8")
    (folder / "main.cpp").write_text("""
#include <once/once.hpp>
#include "hello.once.hpp"
int main() {
  once::Client client{once::ClientOptions{.codec = once::CodecId::Protobuf}};
  const auto greeter = client.stub<hello::Greeter>("once://127.0.0.1:1/greeter?transport=udp");
  return greeter.try_greet(std::string(1, '\\xff')).kind() == once::OutcomeKind::NotSent ? 0 : 1;
}
""", encoding="utf-8")
    run(["cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={root / 'once'}"])
    run(["cmake", "--build", folder / "build"])
    run([folder / "build/outside"])
    if "libprotobuf" not in run(["ldd", folder / "build/outside"]):
        raise Failure("a program with the codec Protocol Buffers does not use its library")


# ---- durable ----

def ended(command, folder):
    """A program's exit status and what it printed."""
    result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT)
    return result.returncode, result.stdout


def cents_of(account, folder):
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT cents FROM account WHERE key = ?", (account,)).fetchone()[0]


def full_pipe():
    """Both ends of a pipe: who writes into it waits."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(select.PIPE_BUF))
    os.set_blocking(writing, True)
    return reading, writing


def pay_and_crash(client, payment, folder, left):
    """Kills a client when its payment is in the ledger, and before it could tell anybody."""
    reading, writing = full_pipe()
    caller = subprocess.Popen([client, payment], cwd=folder, stdout=writing)
    end = time.monotonic() + TIMEOUT
    while cents_of("alice", folder) != left:
        if caller.poll() is not None or time.monotonic() > end:
            raise Failure(f"{payment} did not reach the ledger")
    caller.kill()
    if caller.wait() != -signal.SIGKILL:
        raise Failure(f"{payment}: the client ended before it was killed")
    os.close(reading)
    os.close(writing)


def durable(root, source):
    """The ledger's server and client are built outside, crash, and pay once for each payment."""
    folder = fresh_folder(root / "durable")
    shutil.copytree(source / "examples/ledger", folder / "ledger")
    (folder / "CMakeLists.txt").write_text("""
cmake_minimum_required(VERSION 3.25)
project(outside CXX)
find_package(Once REQUIRED COMPONENTS durable)
add_subdirectory(ledger)
add_executable(refused refused.cpp)
target_link_libraries(refused PRIVATE ledger Once::once)
""", encoding="utf-8")
    (folder / "refused.cpp").write_text("""
#include <once/once.hpp>
#include "ledger.once.hpp"
int main() {
  once::Client client;
  const auto alice = client.stub<ledger::Account>("once://127.0.0.1:7001/alice?transport=udp");
  const bool all = alice.try_transfer("carol", 1).exception<ledger::UnknownAccount>() != nullptr &&
                   alice.try_transfer("bob", -1).exception<ledger::InvalidAmount>() != nullptr &&
                   alice.try_transfer("bob", 0).exception<ledger::InvalidAmount>() != nullptr &&
                   alice.try_transfer("bob", 1'000'000).exception<ledger::InsufficientFunds>() != nullptr;
  return all ? 0 : 1;
}
""", encoding="utf-8")
    run(["cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={root / 'once'}"])
    run(["cmake", "--build", folder / "build"])
    server = str(folder / "build/ledger/server")
    client = folder / "build/ledger/client"

    def check(words, text):
        got = ended([client, *words], folder)
        if got != (0, text):
            raise Failure(f"client {' '.join(words)}: {got}, and not {text!r}")

    with Server(server, folder, os.environ) as life:
        check(["payment-1"], "paid; 95000 cents are left\n")
        check(["payment-1"], "paid; 95000 cents are left\n")
        pay_and_crash(client, "payment-2", folder, left=90000)
        life.process.kill()
    # Later lives of both: what was paid is paid, until the till's own books have it, and the word is free for another payment.
    with Server(server, folder, os.environ):
        check(["payment-2"], "paid; 90000 cents are left\n")
        check(["payment-1"], "paid; 95000 cents are left\n")
        check(["payment-3"], "paid; 85000 cents are left\n")
        check(["payment-1", "done"], "")
        check(["payment-1"], "paid; 80000 cents are left\n")
        run([folder / "build/refused"])
    accounts = cents_of("alice", folder), cents_of("bob", folder)
    if accounts != (80000, 120000):
        raise Failure(f"alice and bob have {accounts}")


# ---- simulation ----

def simulation(root, source):
    """The bank's test is built outside, passes, and repeats a seed."""
    folder = fresh_folder(root / "bank")
    shutil.copy(source / "examples/bank/bank.idl", folder)
    shutil.copytree(source / "examples/bank/simulation", folder / "simulation")
    build = folder / "build"
    run(["cmake", "-S", folder / "simulation", "-B", build, f"-DCMAKE_PREFIX_PATH={root / 'once'}"])
    run(["cmake", "--build", build])
    run([build / "bank_test"])
    chart = folder / "run.svg"
    run([build / "bank_test", "--gtest_filter=Bank.MoneyIsNeitherMadeNorLost", "--once_seed=4711", f"--once_chart={chart}"])
    if "</svg>" not in chart.read_text(encoding="utf-8"):
        raise Failure(f"{chart} is no drawing")


# ---- subdirectory ----

def subdirectory(root, source):
    """find_package(Once) finds the source tree when a project above says so: configuring must succeed."""
    folder = fresh_folder(root / "subdirectory")
    shutil.copytree(source / "examples/hello", folder / "hello")
    (folder / "CMakeLists.txt").write_text(f"""
cmake_minimum_required(VERSION 3.25)
project(outside CXX)
include(FetchContent)
FetchContent_Declare(Once SOURCE_DIR "{source}" OVERRIDE_FIND_PACKAGE)
add_subdirectory(hello)
get_directory_property(once_tests DIRECTORY "{source}" TESTS)
if(once_tests)
  message(FATAL_ERROR "a subproject brings its tests along: ${{once_tests}}")
endif()
if(NOT TARGET hello_server OR NOT TARGET Once::once)
  message(FATAL_ERROR "hello_server or Once::once is missing")
endif()
""", encoding="utf-8")
    run(["cmake", "-S", folder, "-B", folder / "build"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["install", "compiler", "tutorial", "protobuf", "durable", "simulation", "subdirectory"])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--source", type=pathlib.Path)
    parser.add_argument("--generator")
    options = parser.parse_args()
    try:
        if options.step == "install":
            install(options.root, options.build)
        elif options.step == "compiler":
            compiler(options.root)
        elif options.step == "tutorial":
            tutorial(options.root, options.source, options.generator)
        elif options.step == "protobuf":
            protobuf(options.root, options.source)
        elif options.step == "durable":
            durable(options.root, options.source)
        elif options.step == "simulation":
            simulation(options.root, options.source)
        else:
            subdirectory(options.root, options.source)
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
