// One front end, from text to generated C++, under libFuzzer. Whatever the text is: oncec ends, in bounded
// time and memory, and each of its messages speaks of a place that exists.
//
// ONCE_FUZZ_ONC chooses the ONC RPC language instead of OMG IDL.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "backend/cpp/generator.hpp"
#include "frontend/frontend.hpp"
#include "frontend/onc/onc_rpc.hpp"
#include "model/model.hpp"
#include "preprocess/preprocess.hpp"
#include "support/diagnostics.hpp"
#include "token_mutator.hpp"
#include "vocabulary.hpp"

extern "C" {
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                      const std::uint8_t* second, std::size_t second_size, std::uint8_t* out,
                                      std::size_t out_max, unsigned seed);
}

namespace oncec::fuzz {
namespace {

#ifdef ONCE_FUZZ_ONC
constexpr const char* kName = "fuzz.x";
constexpr preprocess::Language kLanguage = preprocess::Language::OncRpc;

void read(const SourceText& text, model::Model& model, Diagnostics& diagnostics) {
  frontend::read_onc_rpc(text, model, diagnostics, {{{"uid_t", "unsigned int"}, {"MAX", "1025"}}});
}
#else
constexpr const char* kName = "fuzz.idl";
constexpr preprocess::Language kLanguage = preprocess::Language::OmgIdl;

void read(const SourceText& text, model::Model& model, Diagnostics& diagnostics) {
  frontend::read_omg_idl(text, model, diagnostics, {});
}
#endif

void demand(bool is_true) {
  if (!is_true) std::abort();
}

void check(const SourceRange& range) {
  demand(range.file != nullptr);
  demand(range.begin <= range.end && range.end <= range.file->text().size());
  demand(range.file->line_column(range.begin).column >= 1);
}

/// Front ends take UTF-8; what it is made from is somebody else's business.
std::string ascii(const std::uint8_t* data, std::size_t size) {
  std::string text(data, data + size);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = '?';
  }
  return text;
}

void run(const std::string& text) {
  model::Model model;
  Diagnostics diagnostics;
  preprocess::Options options;
  options.language = kLanguage;
  options.read = [&](const std::filesystem::path& path) {
    return path == kName ? std::optional<std::string>{text} : std::nullopt;
  };
  const preprocess::Preprocessed preprocessed =
      preprocess::preprocess(kName, options, model.files, diagnostics);
  read(preprocessed.text, model, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    demand(!diagnostic.text.empty());
    check(diagnostic.range);
    for (const Diagnostic::Note& note : diagnostic.notes) check(note.range);
  }
  std::ostringstream printed;
  print(printed, diagnostics, {true, 20});
  if (diagnostics.errors() == 0) {
    for (const backend::Problem& problem : backend::cpp::generate(model, {"fuzz", {"cdr", "xdr"}}).problems) {
      check(problem.range);
    }
  }
}

std::size_t give(const std::string& text, std::uint8_t* out, std::size_t max_size) {
  const std::size_t size = text.size() < max_size ? text.size() : max_size;
  text.copy(reinterpret_cast<char*>(out), size);
  return size;
}

std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace
}  // namespace oncec::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  oncec::fuzz::run(oncec::fuzz::ascii(data, size));
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  if (seed % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);  // octets: for the scanner
  return oncec::fuzz::give(oncec::fuzz::mutate(oncec::fuzz::view(data, size), oncec::fuzz::kVocabulary, seed),
                           data, max_size);
}

std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                      const std::uint8_t* second, std::size_t second_size, std::uint8_t* out,
                                      std::size_t out_max, unsigned seed) {
  return oncec::fuzz::give(
      oncec::fuzz::cross(oncec::fuzz::view(first, first_size), oncec::fuzz::view(second, second_size), seed),
      out, out_max);
}
