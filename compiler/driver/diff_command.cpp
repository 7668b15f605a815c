// `oncec diff`: reads both versions, compares them, tells.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "compare/compare.hpp"
#include "compare/report.hpp"
#include "driver/commands.hpp"
#include "driver/driver.hpp"
#include "driver/files.hpp"
#include "driver/reading.hpp"

namespace oncec::driver {

namespace {

constexpr const char* kDiffDescription =
    "Compares two versions of an IDL file: what breaks callers on the wire (in XDR and CDR, in Protocol\n"
    "Buffers), in source code that uses the generated C++, and in what a call means.";

constexpr const char* kDiffFooter =
    "\nFor everything that differs: both places, what it means, what to do. docs/diff.md has all the rules.\n"
    "\n"
    "Example, for a build that must not break its callers:\n"
    "  git show main:bank.idl > old.idl && oncec diff --codecs cdr --ignore source old.idl bank.idl\n"
    "\n"
    "Exit status: 0 nothing breaks; 1 something breaks; 2 wrong usage, a file that cannot be read, or\n"
    "errors in the IDL.";

struct DiffRequest {
  std::string old_file;
  std::string new_file;
  std::vector<std::string> codecs{"xdr", "cdr", "protobuf"};
  std::vector<std::string> ignored;
  ReadingOptions reading;
  bool json = false;

  bool has(const char* codec) const { return std::find(codecs.begin(), codecs.end(), codec) != codecs.end(); }
  bool ignores(const char* effect) const {
    return std::find(ignored.begin(), ignored.end(), effect) != ignored.end();
  }
};

int diff(const DiffRequest& request, std::ostream& out, std::ostream& err, bool colours) {
  const Reading before = read_file(request.old_file, request.reading);
  const Reading after = read_file(request.new_file, request.reading);
  bool readable = true;
  for (const Reading* const reading : {&before, &after}) {
    if (reading->diagnostics.errors() == 0) continue;
    report(err, *reading, request.reading, colours);
    readable = false;
  }
  if (!readable) return kBadInvocation;
  std::vector<compare::Difference> differences = compare::compare(*before.model, *after.model);
  bool breaks = false;
  for (compare::Difference& difference : differences) {
    compare::Effects& effects = difference.effects;
    effects.xdr_cdr = effects.xdr_cdr && (request.has("xdr") || request.has("cdr"));
    effects.protobuf = effects.protobuf && request.has("protobuf");
    effects.source = effects.source && !request.ignores("source");
    effects.semantics = effects.semantics && !request.ignores("semantics");
    breaks = breaks || effects.any();
  }
  if (request.json) {
    compare::print_json(out, differences);
  } else {
    compare::print(out, differences);
  }
  return breaks ? kErrorsInIdl : kDone;
}

}  // namespace

int run_diff(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  DiffRequest request;
  CLI::App app{kDiffDescription, "oncec diff"};
  app.footer(kDiffFooter);
  app.set_help_flag("-h,--help", "Print this text");
  app.add_option("old", request.old_file, "The version that callers have")->required()->type_name("OLD.idl");
  app.add_option("new", request.new_file, "The version that they would meet")
      ->required()
      ->type_name("NEW.idl");
  app.add_option("--codecs", request.codecs, "Codecs that are in use, separated by commas (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember({"xdr", "cdr", "protobuf"}))
      ->type_name("LIST")
      ->take_all();
  app.add_option("--ignore", request.ignored, "What breaks nobody here: source, semantics")
      ->delimiter(',')
      ->check(CLI::IsMember({"source", "semantics"}))
      ->type_name("LIST")
      ->take_all();
  app.add_flag("--json", request.json, "Print JSON");
  add_reading_options(app, request.reading);

  try {
    app.parse(argc, argv);
    request.reading.settle();
    return diff(request, out, err, colours);
  } catch (const CLI::Success& asked) {  // --help
    app.exit(asked, out, err);
    return kDone;
  } catch (const CLI::ParseError& wrong) {
    err << "oncec diff: " << wrong.what() << "; see oncec diff --help\n";
  } catch (const FileError& wrong) {
    err << "oncec diff: " << wrong.what() << '\n';
  }
  return kBadInvocation;
}

}  // namespace oncec::driver
