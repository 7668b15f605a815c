// Starts the program with a file at either end.
#include "driver/plugin.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/descriptor/descriptor.hpp"
#include "driver/files.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every <unistd.h>

namespace oncec::driver {

namespace {

namespace fs = std::filesystem;
namespace pb = once::idl;

constexpr std::size_t kResponseMax = 256U << 20U;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
/// A file without a name, gone when it is closed.
using ScratchFile = std::unique_ptr<std::FILE, CloseFile>;

ScratchFile scratch_file() {
  ScratchFile file{std::tmpfile()};
  if (file == nullptr) {
    throw FileError(std::string{"no temporary file: "} +
                    std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
  }
  return file;
}

std::string describe(const Plugin& plugin) {
  return "generator '" + plugin.name + "' (" + plugin.program + ")";
}

/// Runs the program to its end with these files as standard input and output.
void run(const Plugin& plugin, std::FILE* input, std::FILE* output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(input), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(output), STDOUT_FILENO);
  std::string program = plugin.program;
  char* arguments[] = {program.data(), nullptr};
  ::pid_t process = 0;
  const int error = ::posix_spawnp(&process, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw FileError(describe(plugin) +
                    " cannot be run: " + std::strerror(error));  // NOLINT(concurrency-mt-unsafe): one thread
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    throw FileError(describe(plugin) + " was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) == 127) {
    throw FileError(describe(plugin) + " cannot be run: it ended with status 127");
  }
  if (WEXITSTATUS(status) != 0) {
    throw FileError(describe(plugin) + " failed with status " + std::to_string(WEXITSTATUS(status)));
  }
}

/// All that was written to the file.
std::string content_of(const Plugin& plugin, std::FILE* file) {
  std::fseek(file, 0, SEEK_END);
  const long size = std::ftell(file);
  if (size < 0 || static_cast<std::size_t>(size) > kResponseMax) {
    throw FileError(describe(plugin) + " wrote more than 256 MiB");
  }
  std::rewind(file);
  std::string content(static_cast<std::size_t>(size), '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file));
  return content;
}

/// True for a name that stays inside the folder it is put behind.
bool stays_inside(const std::string& name) {
  const fs::path path{name};
  if (name.empty() || name.find('\0') != std::string::npos || path.is_absolute() || !path.has_filename())
    return false;
  for (const fs::path& part : path) {
    if (part == ".." || part == ".") return false;
  }
  return true;
}

SourceRange range_of(const pb::GeneratorResponse::Problem& problem, const model::Model& model) {
  SourceRange range;
  if (model.files.empty()) return range;
  const pb::Position& position = problem.position();
  const std::size_t file = position.file() < model.files.size() ? position.file() : 0;
  range.file = model.files[file].get();
  if (position.line() == 0) return range;
  range.begin = range.file->offset_of({position.line(), position.column()});
  range.end = range.begin;
  return range;
}

}  // namespace

Plugin parse_plugin(const std::string& text) {
  const std::size_t equals = text.find('=');
  Plugin plugin;
  plugin.name = text.substr(0, equals);
  if (plugin.name.empty() || plugin.name.find('/') != std::string::npos) {
    throw FileError("--plugin=" + text + ": a generator is NAME, for oncec-gen-NAME, or NAME=PATH");
  }
  plugin.program = equals == std::string::npos ? "oncec-gen-" + plugin.name : text.substr(equals + 1);
  if (plugin.program.empty()) throw FileError("--plugin=" + text + ": no path behind the '='");
  return plugin;
}

backend::Output run_plugin(const Plugin& plugin, const model::Model& model, const std::string& base_name) {
  pb::GeneratorRequest request;
  *request.mutable_model() = backend::descriptor::describe(model);
  request.set_parameter(plugin.parameter);
  request.set_base_name(base_name);
  request.set_compiler_version(ONCE_VERSION);
  const std::string octets = backend::descriptor::serialized(request);

  const ScratchFile input = scratch_file();
  const ScratchFile output = scratch_file();
  if (std::fwrite(octets.data(), 1, octets.size(), input.get()) != octets.size() ||
      std::fflush(input.get()) != 0) {
    throw FileError("a temporary file cannot be written");
  }
  std::rewind(input.get());
  run(plugin, input.get(), output.get());

  pb::GeneratorResponse response;
  if (!response.ParseFromString(content_of(plugin, output.get()))) {
    throw FileError(describe(plugin) + " wrote something that is no once.idl.GeneratorResponse");
  }
  backend::Output result;
  for (const auto& problem : response.problems()) {
    result.problems.push_back({range_of(problem, model), problem.text()});
  }
  std::set<std::string> names;
  for (const auto& file : response.files()) {
    if (!stays_inside(file.name())) {
      throw FileError(describe(plugin) + " gave a file outside its folder: '" + file.name() + "'");
    }
    if (!names.insert(fs::path(file.name()).lexically_normal().string()).second) {
      throw FileError(describe(plugin) + " gave the file '" + file.name() + "' twice");
    }
    result.files.push_back({file.name(), file.content()});
  }
  if (!result.problems.empty()) result.files.clear();
  return result;
}

}  // namespace oncec::driver
