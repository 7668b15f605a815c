"""Random files of types that both Once and the other system know: OMG IDL as omniidl takes it, and the ONC RPC
language as rpcgen takes it. The same seed gives the same file."""

import random

IDL_BASIC = ["short", "unsigned short", "long", "unsigned long", "long long", "unsigned long long", "float", "double",
             "boolean", "char", "octet"]
ONC_BASIC = ["int", "unsigned int", "hyper", "unsigned hyper", "float", "double", "bool", "short", "unsigned short", "char"]


class Generator:
    """Types are chosen among those that are there already, so that later ones hold earlier ones. No two names differ
    in case only, or meet a keyword."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = []  # of types that anything may hold
        self.enums = []  # (name, enumerators)
        self.count = 0

    def text(self, types):
        parts = [self.declaration() for _ in range(types)]
        return "\n".join(parts) + "\n"

    def declaration(self):
        self.count += 1
        name = f"type_{self.count}"
        kinds = [self.structure] * 5 + [self.union] * 3 + [self.alias] * 2 + [self.enumeration]
        return self.random.choice(kinds)(name)

    def enumeration(self, name):
        members = [f"{name}_e{i}" for i in range(self.random.randint(1, 6))]
        self.enums.append((name, members))
        self.names.append(name)
        return self.enum_text(name, members)

    def chance(self, share):
        return self.random.random() < share

    def some(self, make, least=1, most=7):
        return "".join(f"  {make(f'm{i}')};\n" for i in range(self.random.randint(least, most)))

    def union(self, name):
        if self.enums and self.chance(0.45):
            switch, labels = self.random.choice(self.enums)
        else:
            switch, labels = self.random.choice(self.switches)
        labels = list(labels)
        self.random.shuffle(labels)
        with_default = len(labels) > 1 and self.chance(0.5)
        if with_default:
            labels.pop()
        text = f"union {name} switch ({switch}{self.switch_name}) {{\n"
        arm = 0
        while labels:
            text += f"  case {labels.pop()}:"
            if labels and self.chance(0.3):
                text += f" case {labels.pop()}:"
            text += f" {self.arm(f'm{arm}')};\n"
            arm += 1
        if with_default:
            text += f"  default: {self.arm(f'm{arm}')};\n"
        self.names.append(name)
        return text + "};\n"


class Idl(Generator):
    switch_name = ""
    switches = [("long", [str(n) for n in range(-3, 6)]), ("unsigned short", [str(n) for n in range(6)]),
                ("boolean", ["TRUE", "FALSE"]), ("char", ["'a'", "'b'", "'z'", "' '"]),
                ("unsigned long long", ["0", "7", "9000000000"]), ("short", ["-32768", "5"])]

    def type(self, depth=0):
        choice = self.random.random()
        if self.names and choice < 0.35:
            return self.random.choice(self.names)
        if choice < 0.45:
            return self.random.choice(["string", f"string<{self.random.randint(1, 20)}>"])
        if choice < 0.6 and depth < 2:
            bound = self.random.choice(["", f", {self.random.randint(1, 9)}"])
            return f"sequence<{self.type(depth + 1)}{bound} >"
        return self.random.choice(IDL_BASIC)

    def member(self, name):
        if self.chance(0.15):
            sizes = "".join(f"[{self.random.randint(1, 4)}]" for _ in range(self.random.randint(1, 2)))
            return f"{self.random.choice(IDL_BASIC + self.names)} {name}{sizes}"
        return f"{self.type()} {name}"

    def structure(self, name):
        recursive = f"  sequence<{name}> again;\n" if self.chance(0.1) else ""
        kind = "exception" if self.chance(0.05) and not recursive else "struct"
        text = f"{kind} {name} {{\n{self.some(self.member)}{recursive}}};\n"
        if kind == "struct":
            self.names.append(name)
        return text

    def alias(self, name):
        digits = self.random.randint(1, 31)
        fixed = f"fixed<{digits}, {self.random.randint(0, digits)}>"
        text = f"typedef {fixed if self.chance(0.3) else self.type()} {name};\n"
        self.names.append(name)
        return text

    def enum_text(self, name, members):
        return f"enum {name} {{ {', '.join(members)} }};\n"

    def arm(self, name):
        return f"{self.type()} {name}"

    def text(self, types):
        return "module generated {\n" + super().text(types) + "};\n"


class Onc(Generator):
    switch_name = " what"
    switches = [("int", [str(n) for n in range(-2, 5)]), ("unsigned int", [str(n) for n in range(5)]),
                ("bool", ["TRUE", "FALSE"])]

    def declarator(self, name):
        choice = self.random.random()
        size = self.random.randint(1, 9)
        if choice < 0.12:
            return f"opaque {name}" + self.random.choice([f"[{size}]", f"<{size}>", "<>"])
        if choice < 0.24:
            return f"string {name}" + self.random.choice([f"<{size}>", "<>"])
        type_ = self.random.choice(self.names) if self.names and self.chance(0.45) else self.random.choice(ONC_BASIC)
        shape = self.random.random()
        if shape < 0.1:
            return f"{type_} {name}[{size}]"
        if shape < 0.3:
            return f"{type_} {name}" + self.random.choice([f"<{size}>", "<>"])
        if shape < 0.4:
            return f"{type_} *{name}"
        return f"{type_} {name}"

    def structure(self, name):
        text = f"struct {name} {{\n{self.some(self.declarator)}"
        if self.chance(0.15):
            text += f"  {name} *again;\n"  # rpcgen stumbles over `again<>`
        self.names.append(name)
        return text + "};\n"

    def alias(self, name):
        text = f"typedef {self.declarator(name)};\n"
        self.names.append(name)
        return text

    def enum_text(self, name, members):
        listed = [f"{member} = {index * self.random.randint(1, 3) - 1}" for index, member in enumerate(sorted(members))]
        values = sorted({int(row.split(" = ")[1]) for row in listed})
        members[:] = members[:len(values)]  # distinct ones
        return f"enum {name} {{ {', '.join(f'{m} = {v}' for m, v in zip(members, values))} }};\n"

    def arm(self, name):
        return "void" if self.chance(0.25) else self.declarator(name)
