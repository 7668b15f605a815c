// Puts the generated files together.
#include "backend/cpp/generator.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <span>
#include <string_view>

#include "backend/cpp/check.hpp"
#include "backend/cpp/code.hpp"
#include "backend/cpp/emit.hpp"
#include "backend/cpp/emit_protobuf.hpp"
#include "backend/cpp/names.hpp"
#include "backend/cpp/operations.hpp"
#include "backend/cpp/order.hpp"
#include "backend/proto/fields.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

bool has_codec(const Declaration& declaration) {
  return std::holds_alternative<model::Enum>(declaration.body) ||
         std::holds_alternative<model::Bitmask>(declaration.body) ||
         std::holds_alternative<model::Bitset>(declaration.body) ||
         std::holds_alternative<model::Struct>(declaration.body) ||
         std::holds_alternative<model::Union>(declaration.body) ||
         std::holds_alternative<model::Exception>(declaration.body);
}

bool is_local(const Declaration& interface) {
  return std::get<model::Interface>(interface.body).local;
}

/// "types.idl" of "folder/types.idl".
std::string_view file_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path;
}

/// "types" of "folder/types.idl".
std::string base_of(std::string_view path) {
  path = file_of(path);
  for (const std::string_view ending : {".idl", ".x"}) {
    if (path.ends_with(ending)) return std::string{path.substr(0, path.size() - ending.size())};
  }
  return std::string{path};
}

/// Those of `all` that part `part` of `parts` has.
template <class T>
std::span<const T> share(const std::vector<T>& all, std::size_t part, std::size_t parts) {
  const std::size_t begin = all.size() * part / parts;
  return std::span{all}.subspan(begin, all.size() * (part + 1) / parts - begin);
}

class Generator {
 public:
  Generator(const model::Model& model, const Options& options, std::vector<Problem>& problems)
      : names_(model),
        input_{model, options, names_, interfaces_, defined_at_, described_files(model, options)},
        pieces_(header_order(model)) {
    for (const Piece& piece : pieces_) {
      if (piece.kind == Piece::Kind::Definition) defined_at_.emplace(piece.declaration, defined_at_.size());
      if (piece.kind == Piece::Kind::Stubs) {
        std::vector<Problem> ignored;  // a local interface has no further functions that names could meet
        const bool local = is_local(*piece.declaration);
        auto& plans = local ? local_interfaces_ : interfaces_;
        plans.push_back(plan(names_, *piece.declaration, local ? ignored : problems));
      }
      if (piece.kind == Piece::Kind::Definition && has_codec(*piece.declaration))
        encoded_.push_back(piece.declaration);
      if (piece.kind == Piece::Kind::Definition && is_concrete_value(*piece.declaration))
        values_.push_back(piece.declaration);
      if (piece.kind == Piece::Kind::Interface) {
        for (const Declaration* nested : std::get<model::Interface>(piece.declaration->body).declarations) {
          if (std::holds_alternative<model::Enum>(nested->body) ||
              std::holds_alternative<model::Bitmask>(nested->body)) {
            encoded_.push_back(nested);
          }
        }
      }
    }
    make_traits_unique();
  }

  std::vector<GeneratedFile> files() const {
    std::vector<std::string> contents = {header(), co_header()};  // in the order of file_names()
    for (std::size_t part = 0; part < input_.options.parts; ++part) contents.push_back(source(part));
    if (has_protobuf(input_.options)) {
      contents.push_back(protobuf_header());
      contents.push_back(protobuf_source());
    }
    std::vector<GeneratedFile> files;
    for (std::string& name : file_names(input_.options)) {
      files.push_back({std::move(name), std::move(contents.at(files.size()))});
    }
    return files;
  }

 private:
  /// Interface A_b with operation c and interface A with operation b_c may live in one namespace.
  void make_traits_unique() {
    std::set<std::vector<std::string>> taken;
    std::map<const model::Operation*, std::string> chosen;
    const auto choose = [&](OperationPlan& operation) {
      auto [place, is_new] = chosen.emplace(operation.operation, operation.traits);
      if (is_new) {
        std::vector<std::string> path = names_.namespaces(*operation.owner);
        path.push_back(operation.traits);
        while (!taken.insert(path).second || names_.knows(path)) path.back().push_back('_');
        place->second = path.back();
      }
      operation.traits = place->second;
    };
    for (InterfacePlan& interface : interfaces_) {
      for (OperationPlan& operation : interface.all) choose(operation);
      for (OperationPlan& operation : interface.own) choose(operation);
    }
  }

  const InterfacePlan& plan_of(const Declaration& declaration) const {
    for (const InterfacePlan& interface : is_local(declaration) ? local_interfaces_ : interfaces_) {
      if (interface.declaration == &declaration) return interface;
    }
    std::abort();  // every interface that is defined has stubs
  }

  std::string opening(std::string_view what) const {
    const auto& files = input_.model.files;
    const std::string source =
        files.empty() ? input_.options.base_name + ".idl" : std::string{file_of(files.front()->name())};
    return "// Generated by oncec from " + source + "; changes would be lost.\n// " + std::string{what} +
           "\n";
  }

  std::string header() const {
    Code code;
    for (const Piece& piece : pieces_) write_piece(code, piece);
    if (!encoded_.empty() || !values_.empty()) {
      code.enter({});
      code.emit(R"(

        // How the types above are encoded, decoded and printed; see once/codec/fields.hpp for their fields.
      )");
    }
    for (const Declaration* const declaration : encoded_) {
      code.enter(names_.namespaces(*declaration));
      emit_text_declarations(code, input_, *declaration);
    }
    for (const Declaration* const declaration : values_) {
      code.enter(names_.namespaces(*declaration));
      emit_state_declaration(code, input_, *declaration);
    }
    code.enter({});
    for (const Declaration* const declaration : encoded_) emit_codec_declaration(code, input_, *declaration);
    code.printer().blank_line();
    for (const Declaration* const declaration : encoded_) emit_octets_min(code, input_, *declaration);
    for (const Declaration* const declaration : encoded_) emit_reflection(code, input_, *declaration);
    for (const Declaration* const declaration : values_) emit_reflection(code, input_, *declaration);
    for (const Declaration* const declaration : encoded_) {
      if (has_type_code(input_, *declaration)) emit_type_code(code, input_, *declaration);
    }
    return code.with_includes(opening("Types, stubs and servant bases.") + "#pragma once\n", "",
                              included_headers());
  }

  void write_piece(Code& code, const Piece& piece) const {
    const Declaration& declaration = *piece.declaration;
    code.enter(names_.namespaces(declaration));
    switch (piece.kind) {
      case Piece::Kind::Forward:
        code.separate(true);
        code.emit("$keyword$ $name$;",
                  {{"keyword", std::holds_alternative<model::Union>(declaration.body) ? "class" : "struct"},
                   {"name", names_.name(declaration)}});
        code.short_one_done();
        break;
      case Piece::Kind::Interface:
        if (is_local(declaration)) {
          emit_local_interface(code, input_, plan_of(declaration));
        } else {
          emit_interface(code, input_, plan_of(declaration));
        }
        for (const Declaration* nested : std::get<model::Interface>(declaration.body).declarations) {
          write_enumerators(code, *nested);
        }
        break;
      case Piece::Kind::Definition:
        if (std::holds_alternative<model::Union>(declaration.body)) {
          emit_union(code, input_, declaration);
        } else {
          emit_type(code, input_, declaration, false);
        }
        write_enumerators(code, declaration);
        break;
      case Piece::Kind::Stubs: {
        const InterfacePlan& interface = plan_of(declaration);
        emit_result_structs(code, input_, interface);
        if (is_local(declaration)) break;
        emit_stub(code, input_, interface);
        emit_servant(code, input_, interface);
        break;
      }
    }
  }

  /// What goes with an enum's or a bitmask's definition.
  void write_enumerators(Code& code, const Declaration& declaration) const {
    if (std::holds_alternative<model::Enum>(declaration.body)) {
      emit_enum_functions(code, input_, declaration);
    } else if (std::holds_alternative<model::Bitmask>(declaration.body)) {
      emit_bitmask_functions(code, input_, declaration);
    }
  }

  std::string co_header() const {
    Code code;
    std::vector<std::string> includes;
    for (const std::string& included : imported_bases()) includes.push_back(included + ".once.co.hpp");
    includes.push_back(input_.options.base_name + ".once.hpp");
    for (const InterfacePlan& interface : interfaces_) {
      code.enter(names_.namespaces(*interface.declaration));
      emit_co_servant(code, input_, interface);
    }
    code.enter({});
    return code.with_includes(opening("Servant bases whose functions are coroutines.") + "#pragma once\n", "",
                              includes);
  }

  std::string source(std::size_t part) const {
    const auto encoded = share(encoded_, part, input_.options.parts);
    const auto interfaces = share(interfaces_, part, input_.options.parts);
    Code code;
    if (!interfaces.empty()) {
      std::vector<std::string> codecs;
      for (const std::string& codec : input_.options.codecs)
        codecs.push_back(codec == "cdr" ? "once::Cdr" : codec == "xdr" ? "once::Xdr" : "once::Protobuf");
      code.emit(R"(
        namespace {
        using GeneratedCodecs = once::Codecs<$codecs$>;
        }  // namespace
      )",
                {{"codecs", join(codecs, ", ")}});
    }
    for (const Declaration* const declaration : encoded) {
      code.enter(names_.namespaces(*declaration));
      if (std::holds_alternative<model::Enum>(declaration->body)) {
        emit_enum_definitions(code, input_, *declaration);
      } else if (std::holds_alternative<model::Bitmask>(declaration->body)) {
        emit_bitmask_definitions(code, input_, *declaration);
      } else if (std::holds_alternative<model::Union>(declaration->body)) {
        emit_union_definitions(code, input_, *declaration);
      }
      emit_text_definitions(code, input_, *declaration);
    }
    if (part == 0) write_values(code);
    code.enter({});
    for (const Declaration* const declaration : encoded) emit_codec_definitions(code, input_, *declaration);
    for (const Declaration* const declaration : encoded) {
      code.printer().blank_line();
      emit_codec_instantiations(code, input_, *declaration);
    }
    for (const Declaration* const declaration : encoded) {
      if (!has_type_code(input_, *declaration)) continue;
      code.enter({});
      emit_type_code_definition(code, input_, *declaration);
    }
    write_traits(code, interfaces);
    for (const InterfacePlan& interface : interfaces) {
      code.enter(names_.namespaces(*interface.declaration));
      emit_stub_definitions(code, input_, interface);
      emit_servant_definitions(code, input_, interface);
    }
    code.enter({});
    const std::string& base = input_.options.base_name;
    std::vector<std::string> includes;
    if (!interfaces.empty()) includes.push_back(base + ".once.co.hpp");
    if (!interfaces.empty() && has_protobuf(input_.options)) includes.push_back(base + ".once.pb.hpp");
    return code.with_includes(opening("What makes its headers work."), base + ".once.hpp", includes,
                              holds_references() ? "once::Codecs" : "");
  }

  void write_values(Code& code) const {
    if (values_.empty()) return;
    for (const Declaration* const declaration : values_) {
      code.enter(names_.namespaces(*declaration));
      emit_state_definitions(code, input_, *declaration);
      emit_text_definitions(code, input_, *declaration);
    }
    for (const Declaration* const declaration : values_) {
      code.enter(names_.namespaces(*declaration));
      code.printer().blank_line();
      emit_value_definition(code, input_, *declaration);
    }
    code.enter({});
    emit_value_registration(code, input_, values_);
  }

  /// True if a type of this file holds a reference, whose codec stands beside once::Codecs.
  bool holds_references() const {
    const auto holds = [](const Declaration* declaration) { return backend::holds_references(*declaration); };
    return std::any_of(encoded_.begin(), encoded_.end(), holds) ||
           std::any_of(values_.begin(), values_.end(), holds);
  }

  std::string protobuf_header() const {
    Code code;
    std::vector<std::string> includes;
    for (const std::string& included : imported_bases()) includes.push_back(included + ".once.pb.hpp");
    includes.push_back(input_.options.base_name + ".once.hpp");
    for (const Declaration* const declaration : encoded_) {
      code.enter(names_.namespaces(*declaration));
      emit_protobuf_declaration(code, input_, *declaration);
    }
    code.enter({});
    return code.with_includes(opening("How the types travel as Protocol Buffers.") + "#pragma once\n", "",
                              includes);
  }

  std::string protobuf_source() const {
    Code code;
    for (const Declaration* const declaration : encoded_) {
      code.enter(names_.namespaces(*declaration));
      emit_protobuf_definitions(code, input_, *declaration);
    }
    code.enter({});
    return code.with_includes(opening("What makes its header work."),
                              input_.options.base_name + ".once.pb.hpp", {});
  }

  void write_traits(Code& code, std::span<const InterfacePlan> interfaces) const {
    std::set<const model::Operation*> written;
    std::map<std::vector<std::string>, std::vector<const OperationPlan*>> by_namespace;
    for (const InterfacePlan& interface : interfaces) {
      for (const OperationPlan& operation : interface.all) {
        if (written.insert(operation.operation).second) {
          by_namespace[names_.namespaces(*operation.owner)].push_back(&operation);
        }
      }
    }
    for (const auto& [namespaces, operations] : by_namespace) {
      code.enter(namespaces);
      code.emit(R"(

        namespace {

        $traits$

        }  // namespace
      )",
                {{"traits", [&code, this, &operations = operations] {
                    for (const OperationPlan* const operation : operations)
                      emit_traits(code, input_, *operation);
                  }}});
    }
  }

  /// The base names of the IDL files that imported declarations come from.
  std::set<std::string> imported_bases() const {
    std::set<std::string> bases;
    for (const Declaration& declaration : input_.model.declarations) {
      if (declaration.imported && declaration.range.file != nullptr &&
          !std::holds_alternative<model::Module>(declaration.body)) {
        const SourceFile& file = *declaration.range.file;
        bases.insert(file.unit().empty() ? base_of(file.name()) : file.unit());
      }
    }
    return bases;
  }
  std::vector<std::string> included_headers() const {
    std::vector<std::string> headers;
    for (const std::string& base : imported_bases()) headers.push_back(base + ".once.hpp");
    return headers;
  }

  Names names_;
  std::vector<InterfacePlan> interfaces_;
  std::vector<InterfacePlan> local_interfaces_;
  std::map<const Declaration*, std::size_t> defined_at_;
  const Input input_;
  std::vector<Piece> pieces_;
  std::vector<const Declaration*> values_;   // concrete value types
  std::vector<const Declaration*> encoded_;  // all types with encode and decode, in the order of definition
};

}  // namespace

std::vector<std::string> file_names(const Options& options) {
  const std::string base = options.base_name + ".once";
  std::vector<std::string> names = {base + ".hpp", base + ".co.hpp", base + ".cpp"};
  for (std::size_t part = 2; part <= options.parts; ++part) {
    names.push_back(base + "." + std::to_string(part) + ".cpp");
  }
  if (has_protobuf(options)) names.insert(names.end(), {base + ".pb.hpp", base + ".pb.cpp"});
  return names;
}

Output generate(const model::Model& model, const Options& options) {
  Output output;
  check(model, output.problems);
  if (output.problems.empty() && has_protobuf(options)) proto::check(model, output.problems);
  if (!output.problems.empty()) return output;
  const Generator generator{model, options, output.problems};
  if (output.problems.empty()) output.files = generator.files();
  return output;
}

}  // namespace oncec::backend::cpp
