// Parses the command line, then for each file: read, check, generate, write.
#include "driver/driver.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "backend/cpp/generator.hpp"
#include "driver/diff_command.hpp"
#include "driver/files.hpp"
#include "driver/fmt_command.hpp"
#include "frontend/frontend.hpp"
#include "support/diagnostics.hpp"

namespace oncec::driver {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription =
    "oncec, the IDL compiler of Once\n"
    "\n"
    "Reads interfaces in OMG IDL and writes C++. From bank.idl it makes\n"
    "  bank.once.hpp     the types, and for each interface its Stub and its Servant\n"
    "  bank.once.co.hpp  servants that are coroutines\n"
    "  bank.once.cpp     what makes them work; compile it and link Once::once\n"
    "In CMake, once_add_idl(target bank.idl) does all of this.\n"
    "\n"
    "  oncec fmt FILE...      lays IDL files out; see oncec fmt --help\n"
    "  oncec diff OLD NEW     tells what breaks between two versions; see oncec diff --help";

constexpr const char* kFooter =
    "\nHow often an operation may run is said in the IDL, before it:\n"
    "  @maybe          sent once and forgotten (oneway is that)\n"
    "  @idempotent     may run several times\n"
    "  @at_most_once   runs once or not at all: the default\n"
    "  @exactly_once   runs once, also across a restart of the server\n"
    "and @deadline_ms(n), @orphan(cancel), @reply_max(n), @id(n), @cpp_name(\"...\").\n"
    "\n"
    "Example:\n"
    "  oncec --cpp-out generated --codecs cdr bank.idl\n"
    "\n"
    "Exit status: 0 done; 1 errors in the IDL, nothing was written for that file;\n"
    "2 wrong usage, or a file that cannot be read or written.";

struct Invocation {
  std::vector<std::string> files;
  std::string cpp_out;
  std::vector<std::string> codecs{"cdr", "xdr"};
  std::size_t errors_max = 20;
  bool check = false;
};

/// Compiles one file. False if there are errors in it.
bool compile(const Invocation& invocation, const std::string& file, std::ostream& err, bool colours) {
  Diagnostics diagnostics;
  const std::unique_ptr<model::Model> model = frontend::read_omg_idl(file, read_text(file), diagnostics);
  std::vector<backend::cpp::GeneratedFile> generated;
  if (diagnostics.errors() == 0) {
    backend::cpp::Output output =
        backend::cpp::generate(*model, {fs::path(file).stem().string(), invocation.codecs});
    for (backend::cpp::Problem& problem : output.problems) {
      diagnostics.add(Severity::Error, Diagnostic::kNoCode, problem.range, std::move(problem.text));
    }
    diagnostics.sort();
    generated = std::move(output.files);
  }
  print(err, diagnostics, {colours, invocation.errors_max});
  if (diagnostics.errors() != 0) return false;
  if (invocation.check) return true;
  for (const backend::cpp::GeneratedFile& each : generated) {
    write_if_changed(fs::path(invocation.cpp_out) / each.name, each.content);
  }
  return true;
}

/// A second file of the same name would overwrite what the first one gave.
void refuse_same_names(const std::vector<std::string>& files) {
  std::set<std::string> names;
  for (const std::string& file : files) {
    if (!names.insert(fs::path(file).stem().string()).second) {
      throw FileError(file + ": another file on the command line has the same name");
    }
  }
}

int compile_all(const Invocation& invocation, std::ostream& err, bool colours) {
  refuse_same_names(invocation.files);
  if (!invocation.check) {
    std::error_code error;
    fs::create_directories(invocation.cpp_out, error);
    if (error) throw FileError(invocation.cpp_out + ": cannot be created: " + error.message());
  }
  bool all_right = true;
  for (const std::string& file : invocation.files) {
    all_right = compile(invocation, file, err, colours) && all_right;
  }
  return all_right ? kDone : kErrorsInIdl;
}

}  // namespace

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  if (argc > 1 && argv[1] == std::string_view{"diff"}) return run_diff(argc - 1, argv + 1, out, err, colours);
  if (argc > 1 && argv[1] == std::string_view{"fmt"}) return run_fmt(argc - 1, argv + 1, out, err, colours);
  Invocation invocation;
  CLI::App app{kDescription, "oncec"};
  app.footer(kFooter);
  app.set_help_flag("-h,--help", "Print this text");
  app.set_version_flag("--version", "oncec " ONCE_VERSION, "Print the version");
  app.add_option("file", invocation.files, "IDL files")->required()->type_name("FILE.idl");
  CLI::Option* cpp_out =
      app.add_option("--cpp-out", invocation.cpp_out, "Write C++ to this folder")->type_name("DIR");
  app.add_option("--codecs", invocation.codecs,
                 "What arguments can travel as, separated by commas: cdr, xdr (default: both)")
      ->delimiter(',')
      ->check(CLI::IsMember({"cdr", "xdr"}))
      ->type_name("LIST")
      ->take_all();
  app.add_option("--max-errors", invocation.errors_max,
                 "Stop printing after N errors; 0: never (default: 20)")
      ->type_name("N");
  app.add_flag("--check", invocation.check, "Check only, write nothing")->excludes(cpp_out);

  try {
    app.parse(argc, argv);
    if (!invocation.check && invocation.cpp_out.empty()) {
      throw CLI::ValidationError("say where the C++ goes with --cpp-out DIR, or --check");
    }
    return compile_all(invocation, err, colours);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked, out, err);
    return kDone;
  } catch (const CLI::ParseError& wrong) {
    err << "oncec: " << wrong.what() << "; see oncec --help\n";
  } catch (const FileError& wrong) {
    err << "oncec: " << wrong.what() << '\n';
  }
  return kBadInvocation;
}

}  // namespace oncec::driver
