// The compiler, and `oncec check`: parses the command line, then for each file: read, check, generate, write.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "backend/descriptor/descriptor.hpp"
#include "driver/commands.hpp"
#include "driver/dependencies.hpp"
#include "driver/driver.hpp"
#include "driver/files.hpp"
#include "driver/outputs.hpp"
#include "driver/plugin.hpp"
#include "driver/reading.hpp"

namespace oncec::driver {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription =
    "oncec, the IDL compiler of Once\n"
    "\n"
    "Reads interfaces in OMG IDL, and in the ONC RPC language if a file's name ends in .x,\n"
    "and writes C++. From bank.idl it makes\n"
    "  bank.once.hpp     the types, and for each interface its Stub and its Servant\n"
    "  bank.once.co.hpp  servants that are coroutines\n"
    "  bank.once.cpp     what makes them work; compile it and link Once::once\n"
    "In CMake, once_add_idl(target bank.idl) does all of this.";

constexpr const char* kCheckDescription =
    "Reads IDL files and says what is wrong. Nothing is written: the options for what to make of the\n"
    "files only have it tried, so that what a generator refuses is reported, too.";

constexpr const char* kExplanations =
    "\nHow often an operation may run is said in the IDL, before it:\n"
    "  @maybe          sent once and forgotten (oneway is that)\n"
    "  @idempotent     may run several times\n"
    "  @at_most_once   runs once or not at all: the default\n"
    "  @exactly_once   runs once, also across a restart of the server\n"
    "and @deadline_ms(n), @orphan(cancel), @reply_max(n), @id(n), @cpp_name(\"...\").\n"
    "\n"
    "Examples:\n"
    "  oncec --cpp-out generated --codecs cdr bank.idl\n"
    "  oncec check -I idl -DDEBUG idl/*.idl\n"
    "  oncec check --cpp-out generated --codecs cdr bank.idl\n"
    "\n"
    "Exit status: 0 done; 1 errors in the IDL, nothing was written for that file;\n"
    "2 wrong usage, or a file that cannot be read or written.";

std::string footer() {
  std::string out = "\nCommands (oncec COMMAND --help tells more):\n";
  for (const Command& command : commands()) {
    out += "  " + std::string(command.name) + std::string(16 - command.name.size(), ' ') + command.summary +
           '\n';
  }
  return out + kExplanations;
}

struct Invocation {
  std::vector<std::string> files;
  ReadingOptions reading;
  std::vector<std::string> folders;  // of outputs(), in their order; empty: not wanted
  OutputOptions options;
  std::string descriptor_out;
  std::vector<std::string> plugin_options;
  std::vector<Plugin> plugins;  // from plugin_options
  std::string plugin_out;
  std::string plugin_parameter;
  bool check = false;
  bool only_dependencies = false;
  bool write_dependencies = false;
  std::string dependency_file;

  bool writes_something() const { return writes_known_files() || !plugins.empty(); }
  /// Files whose names are known before they are made.
  bool writes_known_files() const {
    if (!descriptor_out.empty()) return true;
    return std::any_of(folders.begin(), folders.end(), [](const std::string& each) { return !each.empty(); });
  }
};

std::string unit_of(const Invocation& invocation, const std::string& file) {
  return preprocess::unit_name(file, invocation.reading.include_folders);
}

/// All that is written for a file, in the order of outputs().
std::vector<fs::path> written_for(const Invocation& invocation, const std::string& file) {
  std::vector<fs::path> out;
  for (std::size_t i = 0; i < outputs().size(); ++i) {
    if (invocation.folders[i].empty()) continue;
    for (const std::string& name : outputs()[i].names(unit_of(invocation, file), invocation.options)) {
      out.push_back((fs::path(invocation.folders[i]) / name).lexically_normal());
    }
  }
  if (!invocation.descriptor_out.empty()) out.emplace_back(invocation.descriptor_out);
  return out;
}

void write(const fs::path& path, const std::string& content) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) throw FileError(path.parent_path().string() + ": cannot be created: " + error.message());
  write_if_changed(path, content);
}

/// `bank.once.hpp.d` beside what is written first, unless -MF says otherwise.
fs::path dependency_path(const Invocation& invocation, const std::vector<fs::path>& written) {
  return invocation.dependency_file.empty() ? fs::path(written.front().string() + ".d")
                                            : fs::path(invocation.dependency_file);
}

/// Compiles one file, and adds its rule to `rules`. False if there are errors in it.
bool compile(const Invocation& invocation, const std::string& file, std::ostream& err, bool colours,
             std::map<fs::path, std::string>& rules) {
  Reading reading = invocation.only_dependencies ? preprocess_file(file, invocation.reading)
                                                 : read_file(file, invocation.reading);
  std::vector<std::pair<fs::path, std::string>> made;
  if (reading.diagnostics.errors() == 0 && !invocation.only_dependencies) {
    const auto add = [&](backend::Output output, const std::string& folder) {
      for (backend::Problem& problem : output.problems) {
        reading.refuse(problem.range, std::move(problem.text));
      }
      for (backend::GeneratedFile& each : output.files) {
        made.emplace_back((fs::path(folder) / each.name).lexically_normal(), std::move(each.content));
      }
    };
    const std::string unit = unit_of(invocation, file);
    for (std::size_t i = 0; i < outputs().size(); ++i) {
      if (invocation.folders[i].empty()) continue;
      add(outputs()[i].make({*reading.model, unit, invocation.options}), invocation.folders[i]);
    }
    for (const Plugin& plugin : invocation.plugins) {
      add(run_plugin(plugin, *reading.model, unit), invocation.plugin_out);
    }
    if (!invocation.descriptor_out.empty()) {
      const auto described = backend::descriptor::describe(*reading.model);
      made.emplace_back(invocation.descriptor_out, backend::descriptor::serialized(described));
    }
    reading.diagnostics.sort();
  }
  report(err, reading, invocation.reading, colours);
  if (reading.diagnostics.errors() != 0) return false;
  if (invocation.check) return true;
  const std::vector<fs::path> written = written_for(invocation, file);
  if (invocation.only_dependencies) {
    rules[invocation.dependency_file] += dependency_rule(written, reading.files);
    return true;
  }
  for (const auto& [path, content] : made) write(path, content);
  if (invocation.write_dependencies) {
    rules[dependency_path(invocation, written)] += dependency_rule(written, reading.files);
  }
  return true;
}

/// A second file of the same name would overwrite what the first one gave.
void refuse_same_names(const Invocation& invocation) {
  std::map<std::string, std::string> files;
  for (const std::string& file : invocation.files) {
    const auto [other, is_new] = files.emplace(unit_of(invocation, file), file);
    if (is_new) continue;
    throw FileError(file + ": what is made of it would be named like that of " + other->second +
                    "; -I names the folder that names count from");
  }
}

int compile_all(const Invocation& invocation, std::ostream& out, std::ostream& err, bool colours) {
  if (invocation.writes_something()) refuse_same_names(invocation);
  std::map<fs::path, std::string> rules;
  bool all_right = true;
  for (const std::string& file : invocation.files) {
    all_right = compile(invocation, file, err, colours, rules) && all_right;
  }
  for (const auto& [path, text] : rules) {
    if (path.empty()) {
      out << text;
    } else {
      write(path, text);
    }
  }
  return all_right ? kDone : kErrorsInIdl;
}

/// -M, -MD and -MF are as compilers have them; the parser of options takes one letter, or two dashes.
std::vector<std::string> arguments(int argc, const char* const* argv) {
  std::vector<std::string> out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "-M") {
      out.emplace_back("--dependencies");
    } else if (argument == "-MD") {
      out.emplace_back("--write-dependencies");
    } else if (argument.substr(0, 3) == "-MF") {
      out.emplace_back("--dependency-file");
      if (argument.size() > 3) out.emplace_back(argument.substr(3));
    } else {
      out.emplace_back(argument);
    }
  }
  std::reverse(out.begin(), out.end());  // as the parser wants them
  return out;
}

void add_output_options(CLI::App& app, Invocation& invocation) {
  for (std::size_t i = 0; i < outputs().size(); ++i) {
    app.add_option(outputs()[i].option, invocation.folders[i], outputs()[i].help)->type_name("DIR");
  }
  app.add_option("--descriptor-out", invocation.descriptor_out,
                 "Write the whole model, as a message of model.proto, to this file")
      ->type_name("FILE");
  app.add_option("--plugin", invocation.plugin_options,
                 "Run the generator oncec-gen-NAME, or the program at PATH")
      ->type_name("NAME[=PATH]")
      ->take_all();
  app.add_option("--plugin-out", invocation.plugin_out, "Write the generators' files to this folder")
      ->type_name("DIR");
  app.add_option("--plugin-parameter", invocation.plugin_parameter,
                 "What the generators get as their parameter")
      ->type_name("TEXT");
  app.add_option("--codecs", invocation.options.codecs,
                 "What arguments can travel as, separated by commas: cdr, xdr, protobuf\n(default: cdr,xdr)")
      ->delimiter(',')
      ->check(CLI::IsMember({"cdr", "xdr", "protobuf"}))
      ->type_name("LIST")
      ->take_all();
  app.add_flag("--type-codes", invocation.options.type_codes,
               "Let values of all types stand in an `any`, though the file has none\nitself");
  app.add_option("--cpp-split", invocation.options.cpp_parts,
                 "Spread the C++ of a large file over N .cpp files, which compile in\nparallel")
      ->check(CLI::Range(1, 999))
      ->type_name("N");
  app.add_flag("--dependencies", invocation.only_dependencies,
               "-M: print which files the outcome depends on, as a Makefile's\n"
               "rule, and write nothing else");
  app.add_flag("--write-dependencies", invocation.write_dependencies, "-MD: write that rule to a file, too");
  app.add_option("--dependency-file", invocation.dependency_file,
                 "-MF: to this file, instead of one beside the outcome")
      ->type_name("FILE");
}

/// Makes sense of options that go together, or do not.
void settle(Invocation& invocation) {
  for (const std::string& option : invocation.plugin_options) {
    invocation.plugins.push_back(parse_plugin(option));
    invocation.plugins.back().parameter = invocation.plugin_parameter;
  }
  if (invocation.plugins.empty() != invocation.plugin_out.empty()) {
    throw CLI::ValidationError("--plugin and --plugin-out go together");
  }
  if (!invocation.descriptor_out.empty() && invocation.files.size() > 1) {
    throw CLI::ValidationError("--descriptor-out is one file, for one IDL file");
  }
  const bool has_rule = invocation.only_dependencies || invocation.write_dependencies;
  if (invocation.check && has_rule) {
    throw CLI::ValidationError("a check writes nothing, and -M and -MD speak of what is written");
  }
  if (has_rule && !invocation.writes_known_files()) {
    throw CLI::ValidationError("-M and -MD speak of what --cpp-out, --proto-out or --descriptor-out writes");
  }
  if (!invocation.check && !invocation.writes_something()) {
    throw CLI::ValidationError("say where the C++ goes with --cpp-out DIR, or --check");
  }
  if (!invocation.dependency_file.empty() && !has_rule) throw CLI::ValidationError("-MF goes with -M or -MD");
  invocation.reading.settle();
}

struct WarningsAsked {};

/// Adds all options but those of the compiler alone, parses, and runs.
int run(CLI::App& app, Invocation& invocation, std::vector<std::string> words, std::ostream& out,
        std::ostream& err, bool colours) {
  invocation.folders.resize(outputs().size());
  app.set_help_flag("-h,--help", "Print this text");
  // Needs no file: the callback ends the parsing before anything is missed.
  app.add_flag_callback(
         "--help-warnings", [] { throw WarningsAsked{}; }, "Print the names of all warnings")
      ->trigger_on_parse();
  app.add_option("file", invocation.files, "IDL files")->required()->type_name("FILE");
  add_output_options(app, invocation);
  add_reading_options(app, invocation.reading);
  try {
    app.parse(std::move(words));
    settle(invocation);
    return compile_all(invocation, out, err, colours);
  } catch (const WarningsAsked&) {
    out << warnings_help();
    return kDone;
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked, out, err);
    return kDone;
  } catch (const CLI::ParseError& wrong) {
    err << "oncec: " << wrong.what() << "; see " << app.get_name() << " --help\n";
  } catch (const FileError& wrong) {
    err << "oncec: " << wrong.what() << '\n';
  }
  return kBadInvocation;
}

}  // namespace

int run_compile(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  Invocation invocation;
  CLI::App app{kDescription, "oncec"};
  app.footer(footer());
  app.set_version_flag("--version", "oncec " ONCE_VERSION, "Print the version");
  app.add_flag("--check", invocation.check, "Check only, as the command of that name does");
  return run(app, invocation, arguments(argc, argv), out, err, colours);
}

int run_check(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  Invocation invocation;
  invocation.check = true;
  CLI::App app{kCheckDescription, "oncec check"};
  return run(app, invocation, arguments(argc, argv), out, err, colours);
}

}  // namespace oncec::driver
