// Parses the command line, then for each file: read, check, generate, write.
#include "driver/driver.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "backend/cpp/generator.hpp"
#include "backend/descriptor/descriptor.hpp"
#include "backend/proto/generator.hpp"
#include "driver/files.hpp"
#include "driver/plugin.hpp"
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
    "In CMake, once_add_idl(target bank.idl) does all of this.";

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
  std::string proto_out;
  std::string descriptor_out;
  std::vector<Plugin> plugins;
  std::string plugin_out;

  bool writes_something() const {
    return !cpp_out.empty() || !proto_out.empty() || !descriptor_out.empty() || !plugins.empty();
  }
  std::vector<std::string> codecs{"cdr", "xdr"};
  std::size_t errors_max = 20;
  bool check = false;
};

/// What generators gave for one file, and the folders that it goes to.
struct Outputs {
  std::vector<std::pair<fs::path, std::string>> files;
  Diagnostics& diagnostics;

  void add(backend::Output output, const std::string& folder) {
    for (backend::Problem& problem : output.problems) {
      diagnostics.add(Severity::Error, Diagnostic::kNoCode, problem.range, std::move(problem.text));
    }
    for (backend::GeneratedFile& file : output.files) {
      files.emplace_back(fs::path(folder) / file.name, std::move(file.content));
    }
  }
};

/// Compiles one file. False if there are errors in it.
bool compile(const Invocation& invocation, const std::string& file, std::ostream& err, bool colours) {
  Diagnostics diagnostics;
  const std::unique_ptr<model::Model> model = frontend::read_omg_idl(file, read_text(file), diagnostics);
  Outputs outputs{{}, diagnostics};
  if (diagnostics.errors() == 0) {
    const std::string base_name = backend::base_name_of(file);
    if (invocation.check || !invocation.cpp_out.empty()) {
      outputs.add(backend::cpp::generate(*model, {base_name, invocation.codecs}), invocation.cpp_out);
    }
    if (!invocation.proto_out.empty()) {
      outputs.add(backend::proto::generate(*model, base_name), invocation.proto_out);
    }
    for (const Plugin& plugin : invocation.plugins) {
      outputs.add(run_plugin(plugin, *model, base_name), invocation.plugin_out);
    }
    diagnostics.sort();
  }
  print(err, diagnostics, {colours, invocation.errors_max});
  if (diagnostics.errors() != 0) return false;
  if (invocation.check) return true;
  if (!invocation.descriptor_out.empty()) {
    const auto described = backend::descriptor::describe(*model);
    outputs.files.emplace_back(invocation.descriptor_out, backend::descriptor::serialized(described));
  }
  for (const auto& [path, content] : outputs.files) write_if_changed(path, content);
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
  bool all_right = true;
  for (const std::string& file : invocation.files) {
    all_right = compile(invocation, file, err, colours) && all_right;
  }
  return all_right ? kDone : kErrorsInIdl;
}

}  // namespace

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  Invocation invocation;
  CLI::App app{kDescription, "oncec"};
  app.footer(kFooter);
  app.set_help_flag("-h,--help", "Print this text");
  app.set_version_flag("--version", "oncec " ONCE_VERSION, "Print the version");
  app.add_option("file", invocation.files, "IDL files")->required()->type_name("FILE.idl");
  CLI::Option* cpp_out =
      app.add_option("--cpp-out", invocation.cpp_out, "Write C++ to this folder")->type_name("DIR");
  CLI::Option* proto_out =
      app.add_option("--proto-out", invocation.proto_out, "Write a .proto of the same types to this folder")
          ->type_name("DIR");
  app.add_option("--descriptor-out", invocation.descriptor_out,
                 "Write the whole model, as a message of idl/model.proto, to this file")
      ->type_name("FILE");
  std::vector<std::string> plugins;
  std::string plugin_parameter;
  app.add_option("--plugin", plugins, "Run the generator oncec-gen-NAME, or the program at PATH")
      ->type_name("NAME[=PATH]")
      ->take_all();
  app.add_option("--plugin-out", invocation.plugin_out, "Write the generators' files to this folder")
      ->type_name("DIR");
  app.add_option("--plugin-parameter", plugin_parameter, "What the generators get as their parameter")
      ->type_name("TEXT");
  app.add_option("--codecs", invocation.codecs,
                 "What arguments can travel as, separated by commas: cdr, xdr, protobuf (default: cdr,xdr)")
      ->delimiter(',')
      ->check(CLI::IsMember({"cdr", "xdr", "protobuf"}))
      ->type_name("LIST")
      ->take_all();
  app.add_option("--max-errors", invocation.errors_max,
                 "Stop printing after N errors; 0: never (default: 20)")
      ->type_name("N");
  app.add_flag("--check", invocation.check, "Check only, write nothing")
      ->excludes(cpp_out)
      ->excludes(proto_out);

  try {
    app.parse(argc, argv);
    for (const std::string& plugin : plugins) {
      invocation.plugins.push_back(parse_plugin(plugin));
      invocation.plugins.back().parameter = plugin_parameter;
    }
    if (!invocation.check && !invocation.writes_something()) {
      throw CLI::ValidationError("say where the C++ goes with --cpp-out DIR, or --check");
    }
    if (invocation.plugins.empty() != invocation.plugin_out.empty()) {
      throw CLI::ValidationError("--plugin and --plugin-out go together");
    }
    if (!invocation.descriptor_out.empty() && invocation.files.size() > 1) {
      throw CLI::ValidationError("--descriptor-out is one file, for one IDL file");
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
