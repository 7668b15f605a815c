// `oncec fmt`: reads, formats, and writes back, prints or only tells.
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "driver/commands.hpp"
#include "driver/driver.hpp"
#include "driver/files.hpp"
#include "format/formatter.hpp"
#include "support/diagnostics.hpp"

namespace oncec::driver {

namespace {

constexpr const char* kFormatDescription =
    "Lays IDL files (.idl, .x) out anew: two columns a step, 100 columns a line, one blank line at most.\n"
    "Tokens, comments, preprocessor lines and % lines stay; what cannot be read is left as it is.";

constexpr const char* kFormatFooter =
    "\nA body that stands on one line stays on one line as long as it fits.\n"
    "\n"
    "Exit status: 0 done; 1 a file would change (--check), or is damaged: then it is left alone;\n"
    "2 wrong usage, or a file that cannot be read or written.";

struct FormatRequest {
  std::vector<std::string> files;
  bool check = false;
  bool to_stdout = false;
  bool in_place = false;
};

/// False if there is something to tell: it has been told.
bool format_file(const FormatRequest& request, const std::string& name, std::ostream& out, std::ostream& err,
                 bool colours) {
  std::string text = read_octets(name);
  const format::Formatted formatted = format::format(text, format::language_of(name));
  if (formatted.damage) {
    const SourceFile file{name, std::move(text)};
    Diagnostics diagnostics;
    diagnostics.add(Severity::Error, Diagnostic::kNoCode,
                    {&file, formatted.damage->begin, formatted.damage->end}, formatted.damage->text);
    print(err, diagnostics, {colours, 0});
    return false;
  }
  if (request.to_stdout) {
    out << formatted.text;
  } else if (!request.check) {
    write_if_changed(name, formatted.text);
  } else if (formatted.text != text) {
    out << name << '\n';
    return false;
  }
  return true;
}

}  // namespace

int run_fmt(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  FormatRequest request;
  CLI::App app{kFormatDescription, "oncec fmt"};
  app.footer(kFormatFooter);
  app.set_help_flag("-h,--help", "Print this text");
  app.add_option("file", request.files, "IDL files")->required()->type_name("FILE");
  CLI::Option* check =
      app.add_flag("--check", request.check, "Write nothing; name the files that would change");
  CLI::Option* in_place =
      app.add_flag("-i,--in-place", request.in_place, "Write the files back: the default");
  app.add_flag("--stdout", request.to_stdout, "Print what would be written")
      ->excludes(check)
      ->excludes(in_place);
  check->excludes(in_place);

  try {
    app.parse(argc, argv);
    bool all_right = true;
    for (const std::string& file : request.files) {
      all_right = format_file(request, file, out, err, colours) && all_right;
    }
    return all_right ? kDone : kErrorsInIdl;
  } catch (const CLI::Success& asked) {  // --help
    app.exit(asked, out, err);
    return kDone;
  } catch (const CLI::ParseError& wrong) {
    err << "oncec fmt: " << wrong.what() << "; see oncec fmt --help\n";
  } catch (const FileError& wrong) {
    err << "oncec fmt: " << wrong.what() << '\n';
  }
  return kBadInvocation;
}

}  // namespace oncec::driver
