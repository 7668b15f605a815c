"""Writes the programs of a differential test: fill random values into the types of one system, encode, decode.

A Target knows one system's C or C++ for a type; the walk over the types is the same for all, so that all ask the
stream of random values (driver.h) in the same order.
"""

PRIMITIVES = {}  # number in model.proto -> name; set by load()
CPP_KEYWORDS = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
char8_t class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype
default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long
mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq""".split())
ONCE_TAKEN = CPP_KEYWORDS | set("""final override import module EOF NULL assert errno i386 linux major minor offsetof
stderr stdin stdout unix va_arg once_link""".split())
INTEGERS = {"OCTET": 8, "INT8": 8, "UINT8": 8, "INT16": 16, "UINT16": 16, "INT32": 32, "UINT32": 32, "INT64": 64,
            "UINT64": 64}


class NotComparable(Exception):
    """The type has something that one of the systems does not have."""


class Types:
    """The declarations of a file, by their ids."""

    def __init__(self, model):
        self.declarations = model.declarations

    def resolved(self, type_):
        while type_.WhichOneof("form") == "named":
            body = self.declarations[type_.named]
            if body.WhichOneof("body") != "typedef":
                break
            type_ = body.typedef.type
        return type_

    def holds_fixed(self, type_, seen=()):
        """True if a fixed-point number is anywhere in it."""
        form = type_.WhichOneof("form")
        if form in ("sequence", "array"):
            return self.holds_fixed(getattr(type_, form).element, seen)
        if form != "named" or type_.named in seen:
            return form == "fixed"
        seen = (*seen, type_.named)
        body = self.declarations[type_.named]
        kind = body.WhichOneof("body")
        members = {"typedef": lambda: [body.typedef], "struct": lambda: body.struct.members,
                   "union": lambda: [case.member for case in body.union.cases if case.HasField("member")]}
        return kind in members and any(self.holds_fixed(member.type, seen) for member in members[kind]())

    def tested(self, target):
        """The ids of all types that the target can express, in the order of declaration."""
        chosen = []
        for number, declaration in enumerate(self.declarations):
            if declaration.imported or not declaration.HasField("position"):
                continue
            if declaration.position.file != 0:
                continue
            kinds = ("struct", "union", "exception", "enum", "typedef")
            if declaration.WhichOneof("body") not in kinds or not target.takes(declaration):
                continue
            try:
                Writer(self, target).walk(number)
            except NotComparable:
                continue
            chosen.append(number)
        return chosen


class Writer:
    """The fill functions of some types, and of what these hold."""

    def __init__(self, types, target):
        self.types = types
        self.target = target
        self.functions = {}  # id -> text
        self.loops = 0

    def walk(self, number):
        declaration = self.types.declarations[number]
        kind = declaration.WhichOneof("body")
        if kind == "typedef":
            return self.fill(declaration.typedef.type, "(*v)", declaration.name)
        if kind == "enum":
            return self.enumeration(declaration, "(*v)")
        self.need(number)
        return f"fill_{number}(v);"

    def need(self, number):
        if number in self.functions:
            return
        self.functions[number] = ""  # breaks cycles
        declaration = self.types.declarations[number]
        kind = declaration.WhichOneof("body")
        lines = ["++random_depth;"]
        if kind == "struct":
            if declaration.struct.HasField("base"):
                raise NotComparable("inheritance")
            lines += [self.member(member) for member in declaration.struct.members]
        elif kind == "exception":
            lines += [self.member(member) for member in declaration.exception.members]
        elif kind == "union":
            lines.append(self.union(declaration))
        else:
            raise NotComparable(kind)
        lines.append("--random_depth;")
        body = "\n  ".join(lines)
        self.functions[number] = f"{self.target.head(declaration, number)} {{\n  {body}\n}}\n"

    def member(self, member):
        if any(annotation.name == "optional" for annotation in member.annotations):
            raise NotComparable("@optional")
        name = self.target.member_name(member.name)
        return self.fill(member.type, f"v->{name}", name)

    def fill(self, type_, place, name):
        """A statement that fills the value at `place`. `name`: that of the typedef or member whose type it is; None for
        a typedef of fixed, which it need not be called by."""
        target = self.target
        form = type_.WhichOneof("form")
        if form == "primitive":
            return self.primitive(PRIMITIVES[type_.primitive], place)
        if form == "string":
            if type_.string.wide:
                raise NotComparable("wstring")
            return f"{place} = {target.text(type_.string.bound)};"
        if form == "sequence":
            return self.loop(f"uint32_t $n = random_length({type_.sequence.bound}u); {target.resize(place, name)}", "$n",
                             lambda index: self.fill(type_.sequence.element, target.element(place, name, index), name))
        if form == "array":
            def dimension(place, left):
                if not left:
                    return self.fill(type_.array.element, place, name)
                return self.loop("", f"{left[0]}u", lambda index: dimension(f"{place}[{index}]", left[1:]))
            return dimension(place, list(type_.array.dimensions))
        if form == "fixed":
            if target.needs_names_of_fixed and name is not None:
                raise NotComparable("a fixed without a name")
            return target.fixed(place, type_.fixed.digits, type_.fixed.scale)
        if form == "optional":
            value, empty = target.optional(place)
            return (f"if (random_present()) {{ {value} {self.fill(type_.optional, f'(*{place})', name)} }} "
                    f"else {{ {empty} }}")
        if form == "named":
            declaration = self.types.declarations[type_.named]
            kind = declaration.WhichOneof("body")
            if not declaration.HasField("position") or declaration.position.file != 0 and target.only_own_files:
                raise NotComparable("declared elsewhere")
            if kind == "typedef":
                is_fixed = declaration.typedef.type.WhichOneof("form") == "fixed"
                return self.fill(declaration.typedef.type, place, None if is_fixed else declaration.name)
            if kind == "enum":
                return self.enumeration(declaration, place)
            if kind in ("struct", "union"):
                self.need(type_.named)
                return f"fill_{type_.named}(&{place});"
        raise NotComparable(form)

    def loop(self, before, end, body):
        self.loops += 1
        index = f"i{self.loops}"
        before = before.replace("$n", f"n{self.loops}")
        end = end.replace("$n", f"n{self.loops}")
        return f"{{ {before} for (uint32_t {index} = 0; {index} < {end}; ++{index}) {{ {body(index)} }} }}"

    def primitive(self, kind, place):
        if kind == "BOOLEAN":
            return f"{place} = random_below(2) == 1;"
        if kind == "CHAR":
            return f"{place} = random_char();"
        if kind == "FLOAT32":
            return f"{place} = random_float();"
        if kind == "FLOAT64":
            return f"{place} = random_double();"
        if kind not in INTEGERS:
            raise NotComparable(kind)
        bits = INTEGERS[kind]
        # In the ONC RPC language an array of unsigned char is one of unsigned short: both hold 8 bits.
        bits = 8 if kind == "UINT16" and self.target.narrow else bits
        type_name = ("int" if kind.startswith("INT") else "uint") + f"{max(bits, INTEGERS[kind])}_t"
        return f"{place} = ({type_name})random_bits({bits});"

    def enumeration(self, declaration, place):
        values = [enumerator.value for enumerator in declaration.enum.enumerators]
        listed = ", ".join(number(value) for value in values)
        return (f"{{ static const int64_t all[] = {{{listed}}}; "
                f"{self.target.enumerator(place, f'all[random_below({len(values)})]')} }}")

    def union(self, declaration):
        """Each label is as likely as each other, and so is the default."""
        union = declaration.union
        labels = [self.label(label) for case in union.cases for label in case.labels]
        ways = []
        for case in union.cases:
            ways += [(case, self.label(label)) for label in case.labels]
            if case.is_default:
                ways += [(case, label) for label in self.others(union.discriminator, labels)]
        if union.has_implicit_default:
            ways += [(None, label) for label in self.others(union.discriminator, labels)]
        text = f"switch (random_below({len(ways)})) {{\n"
        for index, (case, label) in enumerate(ways):
            text += f"    case {index}: {{ {self.arm(declaration, case, label)} break; }}\n"
        return text + "  }"

    def arm(self, declaration, case, label):
        target = self.target
        label = number(label)
        discriminator = self.types.resolved(declaration.union.discriminator)
        if case is None or not case.HasField("member"):
            return target.no_arm(declaration, discriminator, label, case is None or case.is_default)
        name = target.member_name(case.member.name)
        several = len(case.labels) > 1 or case.is_default
        return target.arm(self, declaration, case.member.type, name, discriminator, label, several)

    def label(self, value):
        kind = value.WhichOneof("kind")
        if kind == "boolean":
            return int(value.boolean)
        if kind == "integer":
            return -value.integer.magnitude if value.integer.negative else value.integer.magnitude
        if kind == "text":
            return ord(value.text)
        enumeration = self.types.declarations[value.enumerator.enumeration].enum
        return enumeration.enumerators[value.enumerator.index].value

    def others(self, type_, labels):
        """Some values of the discriminator that are no labels."""
        type_ = self.types.resolved(type_)
        if type_.WhichOneof("form") == "named":
            body = self.types.declarations[type_.named]
            if body.WhichOneof("body") != "enum":
                raise NotComparable("discriminator")
            candidates = [enumerator.value for enumerator in body.enum.enumerators]
        elif PRIMITIVES[type_.primitive] == "BOOLEAN":
            candidates = [0, 1]
        else:
            candidates = [*range(32, 127), *range(0, 32)]
        return [value for value in candidates if value not in labels][:3]


def number(value):
    return f"(-{-value - 1}LL - 1)" if value < 0 else f"{value}LL" if value < 2**63 else f"{value}ULL"


class Cpp:
    """What is the same in all C++."""

    only_own_files = False
    needs_names_of_fixed = False

    def head(self, declaration, number_):
        return f"inline void fill_{number_}({self.spell(declaration)}* v)"

    def enumerator(self, place, value):
        return f"{place} = static_cast<std::remove_cvref_t<decltype({place})>>({value});"

    def element(self, place, name, index):
        return f"{place}[{index}]"

    @staticmethod
    def label(value):
        return f"static_cast<std::remove_cvref_t<decltype(v->_d())>>({value})"

    def spell(self, declaration):
        return "::" + "::".join(self.member_name(part) for part in declaration.qualified_name.split("::"))


class Once(Cpp):
    def __init__(self, codec, narrow):
        self.codec = codec
        self.narrow = narrow

    def takes(self, declaration):
        return True

    def member_name(self, name):
        return name + "_" if name in ONCE_TAKEN else name

    def text(self, bound):
        return f"random_text({bound}u)"

    def resize(self, place, name):
        return f"{place}.resize($n);"

    def fixed(self, place, digits, scale):
        return f"{place} = std::remove_cvref_t<decltype({place})>(std::string_view(random_decimal({digits}, {scale})));"

    def optional(self, place):
        return f"{place}.emplace();", f"{place}.reset();"

    def no_arm(self, declaration, discriminator, label, is_default):
        return f"v->_d({self.label(label)});"

    def arm(self, writer, declaration, type_, name, discriminator, label, several):
        if name == declaration.qualified_name.split("::")[-1]:
            name += "_"  # a member of the class's own name would be its constructor
        fill = writer.fill(type_, "a", name)
        more = f", {self.label(label)}" if several else ""
        return f"std::remove_cvref_t<decltype(v->{name}())> a{{}}; {fill} v->{name}(a{more});"

    def program(self, unit, types, numbers):
        writer = Writer(types, self)
        rows = []
        for place, number_ in enumerate(numbers):
            type_ = self.spell(types.declarations[number_])
            fill = writer.walk(number_)
            rows.append((place, type_, fill))
        text = f'#include <memory>\n#include "{unit}.once.cpp"\n#include <once/codec/{self.codec}.hpp>\n#include <once/codec/values.hpp>\n'
        text += '#include "driver.h"\n' + forward(writer) + "".join(writer.functions.values())
        name = self.codec.capitalize()
        text += f"""
template <class T>
long encode_value(const T& value, char* out) {{
  using once::encode;
  once::Buffer buffer;
  once::{name}::Encoder encoder{{buffer}};
  encode(encoder, value);
  static_cast<void>(encoder.finish());
  if (encoder.error() != once::Errc::ok || buffer.size() > kRoom) return -1;
  std::memcpy(out, buffer.view().data(), buffer.size());
  return static_cast<long>(buffer.size());
}}
template <class T>
long recode_value(char* in, long size, char* out) {{
  using once::decode;
  once::{name}Decoder{"<std::endian::native>" if self.codec == "cdr" else ""} decoder{{
      once::ByteView{{reinterpret_cast<const std::uint8_t*>(in), static_cast<std::size_t>(size)}}}};
  const auto value = std::make_unique<T>();  // it may be larger than the stack
  decode(decoder, *value);
  static_cast<void>(decoder.finish());
  return decoder.error() == once::Errc::ok ? encode_value(*value, out) : -1;
}}
"""
        for place, type_, fill in rows:
            text += (f"inline void start_{place}({type_}* v) {{ {fill} }}\n"
                     f"static long encode_{place}(char* out) {{ const auto value = std::make_unique<{type_}>(); "
                     f"start_{place}(value.get()); return encode_value(*value, out); }}\n")
        entries = "".join(f'  {{"{type_}", encode_{place}, recode_value<{type_}>}},\n' for place, type_, _ in rows)
        return text + main(entries)


class OmniOrb(Cpp):
    narrow = False
    needs_names_of_fixed = True  # else its code does not know how many digits there are

    def takes(self, declaration):
        """Arrays and basic types have no operators there; they are compared where they are members."""
        return declaration.WhichOneof("body") != "typedef" or declaration.typedef.type.WhichOneof("form") == "sequence"

    def member_name(self, name):
        return "_cxx_" + name if name in CPP_KEYWORDS else name

    def text(self, bound):
        return f"(const char*)random_text({bound}u)"

    def resize(self, place, name):
        return f"{place}.length($n);"

    def fixed(self, place, digits, scale):
        return f"{place} = CORBA::Fixed(random_decimal({digits}, {scale}));"

    def optional(self, place):
        raise NotComparable("optional")

    def no_arm(self, declaration, discriminator, label, is_default):
        if not is_default:
            raise NotComparable("an arm without data")
        return f"v->_default(); v->_d({self.label(label)});"

    def arm(self, writer, declaration, type_, name, discriminator, label, several):
        more = f" v->_d({self.label(label)});" if several else ""
        if writer.types.holds_fixed(type_):
            raise NotComparable("omniORB's numbers forget how many digits they have when they are copied")
        resolved = writer.types.resolved(type_)
        form = resolved.WhichOneof("form")
        if form == "string":
            if resolved.string.wide:
                raise NotComparable("wstring")
            return f"v->{name}({self.text(resolved.string.bound)});{more}"
        spelled = f"std::remove_cvref_t<decltype(std::declval<const {self.spell(declaration)}&>().{name}())>"
        if form == "array":
            if type_.WhichOneof("form") != "named":
                raise NotComparable("an array in place")
            spelled = self.spell(writer.types.declarations[type_.named])
        return f"{spelled} a; {writer.fill(type_, 'a', name)} v->{name}(a);{more}"

    def program(self, unit, types, numbers):
        writer = Writer(types, self)
        rows = [(place, self.spell(types.declarations[n]), writer.walk(n)) for place, n in enumerate(numbers)]
        text = f'#include "{unit}.hh"\n#include <cstring>\n#include <type_traits>\n#include <utility>\n#include "driver.h"\n'
        text += forward(writer) + "".join(writer.functions.values())
        text += """
template <class T>
long encode_value(const T& value, char* out) {
  cdrMemoryStream stream(0, true);  // with padding of zeros
  value >>= stream;
  std::memcpy(out, stream.bufPtr(), stream.bufSize());
  return static_cast<long>(stream.bufSize());
}
template <class T>
long recode_value(char* in, long size, char* out) {
  cdrMemoryStream stream(in, static_cast<std::size_t>(size));
  T value;
  try {
    value <<= stream;
  } catch (const CORBA::SystemException&) {
    return -1;
  }
  return encode_value(value, out);
}
"""
        for place, type_, fill in rows:
            text += (f"inline void start_{place}({type_}* v) {{ {fill} }}\n"
                     f"static long encode_{place}(char* out) {{ {type_} value; start_{place}(&value); "
                     f"return encode_value(value, out); }}\n")
        entries = "".join(f'  {{"{type_}", encode_{place}, recode_value<{type_}>}},\n' for place, type_, _ in rows)
        return text + main(entries, "CORBA::ORB_init(argc, argv);")  # the code sets of strings


class Rpcgen:
    only_own_files = True
    needs_names_of_fixed = False

    def __init__(self, narrow):
        self.narrow = narrow

    def takes(self, declaration):
        return True

    def member_name(self, name):
        return name

    def head(self, declaration, number_):
        return f"static void fill_{number_}({declaration.name}* v)"

    def enumerator(self, place, value):
        return f"{place} = {value};"

    def text(self, bound):
        return f"random_text({bound}u)"

    def resize(self, place, name):
        return f"{place}.{name}_len = $n; {place}.{name}_val = calloc($n + 1, sizeof(*{place}.{name}_val));"

    def element(self, place, name, index):
        return f"{place}.{name}_val[{index}]"

    def fixed(self, place, digits, scale):
        raise NotComparable("fixed")

    def optional(self, place):
        return f"{place} = calloc(1, sizeof(*{place}));", f"{place} = 0;"

    def no_arm(self, declaration, discriminator, label, is_default):
        return self.set_discriminator(discriminator, label)

    @staticmethod
    def set_discriminator(discriminator, label):
        """Its name is not in the model, but it comes first."""
        types = {"INT16": "short", "UINT16": "unsigned short", "INT8": "char", "UINT8": "unsigned char"}
        is_basic = discriminator.WhichOneof("form") == "primitive"
        type_ = types.get(PRIMITIVES[discriminator.primitive], "int") if is_basic else "int"
        return f"*({type_}*)v = ({type_}){label};"

    def arm(self, writer, declaration, type_, name, discriminator, label, several):
        fill = writer.fill(type_, f"v->{declaration.name}_u.{name}", name)
        return f"{self.set_discriminator(discriminator, label)} {fill}"

    def program(self, unit, types, numbers):
        writer = Writer(types, self)
        rows = [(place, types.declarations[n], writer.walk(n)) for place, n in enumerate(numbers)]
        text = f'#include "{unit}.h"\n#include "driver.h"\n'
        text += forward(writer) + "".join(writer.functions.values())
        for place, declaration, fill in rows:
            name = declaration.name
            is_array = (declaration.WhichOneof("body") == "typedef" and
                        types.resolved(declaration.typedef.type).WhichOneof("form") == "array")
            passed = "value" if is_array else "&value"
            text += f"""
static void start_{place}({name}* v) {{ {fill} }}
static long encode_{place}(char* out) {{
  {name} value;
  XDR xdr;
  memset(&value, 0, sizeof value);
  start_{place}(&value);
  xdrmem_create(&xdr, out, kRoom, XDR_ENCODE);
  return xdr_{name}(&xdr, {passed}) ? (long)xdr_getpos(&xdr) : -1;
}}
static long recode_{place}(char* in, long size, char* out) {{
  {name} value;
  XDR xdr;
  memset(&value, 0, sizeof value);
  xdrmem_create(&xdr, in, (u_int)size, XDR_DECODE);
  if (!xdr_{name}(&xdr, {passed}) || xdr_getpos(&xdr) != (u_int)size) return -1;
  xdrmem_create(&xdr, out, kRoom, XDR_ENCODE);
  return xdr_{name}(&xdr, {passed}) ? (long)xdr_getpos(&xdr) : -1;
}}
"""
        entries = "".join(f'  {{"{declaration.name}", encode_{place}, recode_{place}}},\n' for place, declaration, _ in rows)
        return text + main(entries)


def forward(writer):
    heads = [writer.target.head(writer.types.declarations[n], n) + ";\n" for n in writer.functions]
    return "".join(heads)


def main(entries, start=""):
    return (f"\nstatic const struct tested_type kTypes[] = {{\n{entries}}};\n"
            f"int main(int argc, char** argv) {{ {start} return run(kTypes, sizeof kTypes / sizeof kTypes[0], argc, argv); }}\n")
