// One message of a .proto file while it is written: its fields, and the messages inside it that stand around
// what Protocol Buffers has no form for.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "backend/printer.hpp"
#include "backend/proto/fields.hpp"
#include "backend/proto/names.hpp"
#include "model/model.hpp"

namespace oncec::backend::proto {

/// "// " before every line; empty if there is no text.
std::string comment(std::string_view text);

/// What the type is called in the IDL, if its field says less than that: "string<8>", "short"; else empty.
std::string lost_in_proto(const model::Type& type);

class Message {
 public:
  Message(const Names& names, SourceRange place) : names_(names), place_(place) {}

  /// A member, parameter or result.
  void add(const Field& field);
  /// Those of a oneof: they are there or not, all of them.
  void add_to_oneof(const Field& field);
  /// A discriminator.
  void add_discriminator(const model::Type& type);

  void write(Printer& printer, const std::string& name, std::string_view doc) const;

  /// True if a field or a message in here holds an object reference.
  bool has_references() const { return has_references_; }

 private:
  struct Line {
    std::string type;  // with its label
    std::string name;
    std::uint32_t number = 0;
    std::string doc;
    std::string remark;
    bool in_oneof = false;
  };
  struct Inner {
    std::string name;
    std::vector<Message> message;  // one
  };

  std::string field_type(const model::Type& type, const std::string& name);
  std::string element_type(const model::Type& type, const std::string& name);
  std::string map_type(const model::MapType& map, const std::string& name);
  std::string declared_type(const model::Declaration& declaration);
  std::string wrapper(const std::string& name, const std::string& suffix);
  void add_plain(const model::Type& type, const std::string& name, std::uint32_t number);
  void add_line(std::string type, const Field& field, const std::string& name, bool in_oneof);
  void write_line(Printer& printer, const Line& line) const;

  const Names& names_;
  SourceRange place_;  // of what the message is made for
  std::vector<Line> lines_;
  std::vector<Inner> inner_;
  FieldNames field_names_;
  bool has_references_ = false;
};

}  // namespace oncec::backend::proto
