// Object references in an any: once::Any{till.ref()}, any.get_if<bank::Till::Ref>(). A once::ObjectRef takes
// references of every interface out.
#pragma once

#include <string_view>

#include <once/codec/type_code.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/ref.hpp>
#include <once/rpc/values.hpp>

namespace once {

template <>
struct TypeCodeOf<ObjectRef> {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.object_reference("", "Object"); }
};

template <class I>
struct TypeCodeOf<Ref<I>> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    // "IDL:bank/Till:1.0": the name stands between the last slash and the version.
    const std::string_view id = I::interface_id;
    std::string_view name = id.substr(0, id.rfind(':'));
    name.remove_prefix(name.find_last_of(":/") + 1);
    return types.object_reference(id, name);
  }
};

}  // namespace once
