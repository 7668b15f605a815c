// OMG IDL 4.2: the syntax. What the words mean is the front end's business (compiler/frontend).
//
// Rules of the house:
// - No parser rule matches the empty string; "any number of" and "perhaps" stand in the caller. The runtime of
//   ANTLR 4.9 computes wrong lookahead behind a nullable rule; the build checks this (grammar_lint).
// - Every decision but those marked LL(…) needs one token, so that an error is met where it is.
// - The body of everything is a loop of units that end in ';'. The error strategy takes up again at a unit.
// - Keywords that came after CORBA 2.6 stand in `identifier` too: old files use them as names. int8 … uint64 are
//   no tokens at all, but names that the front end knows.
grammar OmgIdl;

// ------------------------------------------------------------------------------------------- declarations

specification : definition* EOF ;

definition
    : annotationDeclaration ';'
    | annotation* ( moduleDeclaration | constDeclaration | typeDeclaration | exceptionDeclaration
                  | interfaceDeclaration | valueDeclaration                                       // LL(2)
                  | typeIdDeclaration | typePrefixDeclaration | importDeclaration
                  | componentDeclaration | homeDeclaration | portTypeDeclaration | connectorDeclaration
                  | aliasDeclaration ) ';'
    ;

// Only an instantiation of a template may have a qualified name.
moduleDeclaration
    : 'module' scopedName ( '{' definition* '}' | '<' ( templateRest | instantiationRest ) ) ;    // LL(*)

constDeclaration : 'const' simpleType identifier '=' constExpression ;

typeDeclaration : typedefDeclaration | nativeDeclaration | constructedType ;

nativeDeclaration : 'native' identifier ;

typedefDeclaration : 'typedef' typeSpecifier declarator ( ',' declarator )* ;

constructedType
    : structDeclaration | unionDeclaration | enumDeclaration | bitsetDeclaration | bitmaskDeclaration ;

// Without a body: a forward declaration.
structDeclaration : 'struct' identifier ( ( ':' scopedName )? '{' member* '}' )? ;

member : annotation* typeSpecifier declarator ( ',' declarator )* ';' ;

declarator : identifier arraySize* ;

arraySize : '[' constExpression ']' ;

exceptionDeclaration : 'exception' identifier '{' member* '}' ;

enumDeclaration : 'enum' identifier '{' enumerator ( ',' enumerator )* '}' ;

enumerator : annotation* identifier ;

bitmaskDeclaration : 'bitmask' identifier '{' enumerator ( ',' enumerator )* '}' ;

bitsetDeclaration : 'bitset' identifier ( ':' scopedName )? '{' bitField* '}' ;

bitField
    : annotation* 'bitfield' '<' constExpression ( ',' simpleType )? '>' ( identifier ( ','? identifier )* )? ';' ;

unionDeclaration
    : 'union' identifier ( 'switch' '(' annotation* switchType ')' '{' unionCase* '}' )? ;

switchType : simpleType | enumDeclaration ;

unionCase : caseLabel+ annotation* typeSpecifier declarator ';' ;

caseLabel : 'case' constExpression ':' | 'default' ':' ;

// --------------------------------------------------------------------------------------------- interfaces

interfaceDeclaration
    : ( 'abstract' | 'local' )? 'interface' identifier
      ( ( ':' scopedName ( ',' scopedName )* )? '{' interfaceItem* '}' )? ;

interfaceItem : annotation* interfaceExport ';' ;

// A type may be named like what begins the other declarations: LL(*).
interfaceExport
    : constDeclaration | typeDeclaration | exceptionDeclaration | attributeDeclaration
    | typeIdDeclaration | typePrefixDeclaration | importDeclaration | operationDeclaration ;

attributeDeclaration
    : 'readonly'? 'attribute' simpleType identifier ( ',' identifier )* attributeRaises* ;

attributeRaises : ( 'raises' | 'getraises' | 'setraises' ) exceptionList ;

operationDeclaration
    : 'oneway'? ( 'void' | simpleType ) identifier '(' ( parameter ( ',' parameter )* )? ')'
      raisesClause? contextClause? ;

parameter : annotation* direction simpleType identifier ;

direction : 'in' | 'out' | 'inout' ;

raisesClause : 'raises' exceptionList ;

exceptionList : '(' scopedName ( ',' scopedName )* ')' ;

contextClause : 'context' '(' STRING ( ',' STRING )* ')' ;

// ------------------------------------------------------------------------------------------ repository ids

typeIdDeclaration : 'typeid' scopedName STRING+ ;

typePrefixDeclaration : 'typeprefix' scopedName STRING+ ;

importDeclaration : 'import' ( scopedName | STRING+ ) ;

// -------------------------------------------------------------------------------------------------- values

// Behind the name: nothing, a body, or the type in a box.
valueDeclaration
    : ( 'abstract' | 'custom' )? ( 'valuetype' | 'eventtype' ) identifier
      ( valueBases? supportsClause? '{' valueItem* '}' | typeSpecifier )? ;

valueBases : ':' 'truncatable'? scopedName ( ',' scopedName )* ;

supportsClause : 'supports' scopedName ( ',' scopedName )* ;

valueItem : annotation* ( stateMember | factoryDeclaration | interfaceExport ) ';' ;

stateMember : ( 'public' | 'private' ) typeSpecifier declarator ( ',' declarator )* ;

factoryDeclaration
    : 'factory' identifier '(' ( parameter ( ',' parameter )* )? ')' raisesClause? ;

// ---------------------------------------------------------------------------------------------- components

componentDeclaration
    : 'component' identifier ( ( ':' scopedName )? supportsClause? '{' portItem* '}' )? ;

portItem
    : annotation* ( providesPort | usesPort | eventPort | extendedPort | attributeDeclaration ) ';' ;

providesPort : 'provides' ( 'Object' | scopedName ) identifier ;

usesPort : 'uses' 'multiple'? ( 'Object' | scopedName ) identifier ;                             // LL(3)

eventPort : ( 'emits' | 'publishes' | 'consumes' ) scopedName identifier ;

extendedPort : ( 'port' | 'mirrorport' ) scopedName identifier ;

homeDeclaration
    : 'home' identifier ( ':' scopedName )? supportsClause? managesClause '{' homeItem* '}' ;

managesClause : 'manages' scopedName ( 'primarykey' scopedName )? ;

homeItem : annotation* ( factoryDeclaration | finderDeclaration | interfaceExport ) ';' ;        // LL(3)

finderDeclaration
    : 'finder' identifier '(' ( parameter ( ',' parameter )* )? ')' raisesClause? ;

portTypeDeclaration : 'porttype' identifier ( '{' portItem* '}' )? ;

connectorDeclaration : 'connector' identifier ( ':' scopedName )? '{' portItem* '}' ;

// ----------------------------------------------------------------------------------------- template modules

templateRest : formalParameter ( ',' formalParameter )* '>' '{' definition* '}' ;

formalParameter
    : ( 'typename' | 'interface' | 'valuetype' | 'eventtype' | 'struct' | 'union' | 'exception' | 'enum'
      | 'sequence' | 'const' simpleType | sequenceType ) identifier ;                            // LL(2)

instantiationRest : actualParameter ( ',' actualParameter )* '>' identifier ;

// The name of a type reads like an expression.
actualParameter : constExpression | unnamedType ;

aliasDeclaration : 'alias' scopedName '<' identifier ( ',' identifier )* '>' identifier ;

// -------------------------------------------------------------------------------------------------- types

typeSpecifier : simpleType | constructedType ;

simpleType : unnamedType | scopedName ;

unnamedType : primitiveType | sequenceType | mapType | stringType | fixedType ;

primitiveType
    : 'boolean'
    | 'octet'
    | 'char'
    | 'wchar'
    | 'any'
    | 'Object'
    | 'ValueBase'
    | 'float'
    | 'double'
    | 'short'
    | 'long' ( 'long' | 'double' )?
    | 'unsigned' ( 'short' | 'long' 'long'? )
    ;

sequenceType : 'sequence' '<' annotation* simpleType ( ',' constExpression )? '>' ;

// Keys and values; LL(2), since `map` may be a name.
mapType : 'map' '<' annotation* simpleType ',' annotation* simpleType ( ',' constExpression )? '>' ;

stringType : ( 'string' | 'wstring' ) ( '<' constExpression '>' )? ;

// Without digits and scale: the type of a constant, whose value has them.
fixedType : 'fixed' ( '<' constExpression ',' constExpression '>' )? ;

// -------------------------------------------------------------------------------------------- expressions

// Precedence is the front end's: a flat list is all there is to know here. Inside '<' '>' a `>>` closes two,
// unless parentheses stand round it.
constExpression : operand ( binaryOperator operand )* ;

binaryOperator : '|' | '^' | '&' | '<<' | '>>' | '+' | '-' | '*' | '/' | '%' ;

operand : unaryOperator* ( scopedName | literal | '(' constExpression ')' ) ;

unaryOperator : '-' | '+' | '~' ;

literal
    : INTEGER
    | FLOATING
    | FIXED
    | CHARACTER
    | WIDE_CHARACTER
    | STRING+
    | WIDE_STRING+
    | 'TRUE'
    | 'FALSE'
    ;

// -------------------------------------------------------------------------------------------- annotations

annotationDeclaration : '@annotation' annotationName '{' annotationMember* '}' ;

annotationMember
    : ( annotationParameter | enumDeclaration | constDeclaration | typedefDeclaration ) ';' ;

annotationParameter : simpleType identifier ( 'default' constExpression )? ;

annotation : '@' annotationName ( '(' annotationArgument ( ',' annotationArgument )* ')' )? ;

annotationName : scopedName | keyword ;

// `value`, or `name = value`.
annotationArgument : constExpression ( '=' constExpression )? ;

// -------------------------------------------------------------------------------------------------- names

scopedName : '::'? identifier ( '::' identifier )* ;

// The words that became keywords after CORBA 2.6.
identifier
    : IDENTIFIER | 'alias' | 'bitfield' | 'bitmask' | 'bitset' | 'component' | 'connector' | 'consumes' | 'emits'
    | 'eventtype' | 'finder' | 'getraises' | 'home' | 'import' | 'local' | 'manages' | 'map' | 'mirrorport'
    | 'multiple' | 'port' | 'porttype' | 'primarykey' | 'provides' | 'publishes' | 'setraises' | 'typeid'
    | 'typename' | 'typeprefix' | 'uses'
    ;

// Annotations may be named like keywords: @default, @oneway.
keyword
    : 'abstract' | 'any' | 'attribute' | 'boolean' | 'case' | 'char' | 'const' | 'context' | 'custom'
    | 'default' | 'double' | 'enum' | 'exception' | 'factory' | 'FALSE' | 'fixed' | 'float' | 'in' | 'inout'
    | 'interface' | 'long' | 'module' | 'native' | 'Object' | 'octet' | 'oneway' | 'out' | 'private'
    | 'public' | 'raises' | 'readonly' | 'sequence' | 'short' | 'string' | 'struct' | 'supports' | 'switch'
    | 'TRUE' | 'truncatable' | 'typedef' | 'union' | 'unsigned' | 'ValueBase' | 'valuetype' | 'void'
    | 'wchar' | 'wstring'
    ;

// ------------------------------------------------------------------------------------------------- tokens

ABSTRACT : 'abstract' ;
ALIAS : 'alias' ;
ANNOTATION : '@annotation' ;
ANY : 'any' ;
ATTRIBUTE : 'attribute' ;
BITFIELD : 'bitfield' ;
BITMASK : 'bitmask' ;
BITSET : 'bitset' ;
BOOLEAN : 'boolean' ;
CASE : 'case' ;
CHAR : 'char' ;
COMPONENT : 'component' ;
CONNECTOR : 'connector' ;
CONST : 'const' ;
CONSUMES : 'consumes' ;
CONTEXT : 'context' ;
CUSTOM : 'custom' ;
DEFAULT : 'default' ;
DOUBLE : 'double' ;
EMITS : 'emits' ;
ENUM : 'enum' ;
EVENTTYPE : 'eventtype' ;
EXCEPTION : 'exception' ;
FACTORY : 'factory' ;
FALSE_ : 'FALSE' ;
FINDER : 'finder' ;
FIXED_ : 'fixed' ;
FLOAT : 'float' ;
GETRAISES : 'getraises' ;
HOME : 'home' ;
IMPORT : 'import' ;
INOUT : 'inout' ;
INTERFACE : 'interface' ;
IN_ : 'in' ;
LOCAL : 'local' ;
LONG : 'long' ;
MANAGES : 'manages' ;
MAP : 'map' ;
MIRRORPORT : 'mirrorport' ;
MODULE : 'module' ;
MULTIPLE : 'multiple' ;
NATIVE : 'native' ;
OBJECT : 'Object' ;
OCTET : 'octet' ;
ONEWAY : 'oneway' ;
OUT_ : 'out' ;
PORT : 'port' ;
PORTTYPE : 'porttype' ;
PRIMARYKEY : 'primarykey' ;
PRIVATE : 'private' ;
PROVIDES : 'provides' ;
PUBLIC : 'public' ;
PUBLISHES : 'publishes' ;
RAISES : 'raises' ;
READONLY : 'readonly' ;
SEQUENCE : 'sequence' ;
SETRAISES : 'setraises' ;
SHORT : 'short' ;
STRING_ : 'string' ;
STRUCT : 'struct' ;
SUPPORTS : 'supports' ;
SWITCH : 'switch' ;
TRUE_ : 'TRUE' ;
TRUNCATABLE : 'truncatable' ;
TYPEDEF : 'typedef' ;
TYPEID : 'typeid' ;
TYPENAME : 'typename' ;
TYPEPREFIX : 'typeprefix' ;
UNION : 'union' ;
UNSIGNED : 'unsigned' ;
USES : 'uses' ;
VALUEBASE : 'ValueBase' ;
VALUETYPE : 'valuetype' ;
VOID_ : 'void' ;
WCHAR : 'wchar' ;
WSTRING : 'wstring' ;

SEMICOLON : ';' ;
COMMA : ',' ;
COLON : ':' ;
SCOPE : '::' ;
EQUALS : '=' ;
AT : '@' ;
LEFT_BRACE : '{' ;
RIGHT_BRACE : '}' ;
LEFT_PARENTHESIS : '(' ;
RIGHT_PARENTHESIS : ')' ;
LEFT_BRACKET : '[' ;
RIGHT_BRACKET : ']' ;
LEFT_ANGLE : '<' ;
RIGHT_ANGLE : '>' ;
SHIFT_LEFT : '<<' ;
SHIFT_RIGHT : '>>' ;
OR : '|' ;
XOR : '^' ;
AND : '&' ;
PLUS : '+' ;
MINUS : '-' ;
STAR : '*' ;
SLASH : '/' ;
PERCENT : '%' ;
TILDE : '~' ;

// A leading underscore escapes a name that is a keyword.
IDENTIFIER : '_'? [A-Za-z] [A-Za-z0-9_]* ;

INTEGER : [0-9]+ | '0' [xX] [0-9A-Fa-f]+ ;
FLOATING
    : [0-9]+ '.' [0-9]* EXPONENT?
    | '.' [0-9]+ EXPONENT?
    | [0-9]+ EXPONENT
    ;
fragment EXPONENT : [eE] [+-]? [0-9]+ ;
FIXED : ( [0-9]+ ( '.' [0-9]* )? | '.' [0-9]+ ) [dD] ;

STRING : '"' TEXT_IN_STRING* '"' ;
WIDE_STRING : 'L"' TEXT_IN_STRING* '"' ;
CHARACTER : '\'' TEXT_IN_CHARACTER* '\'' ;
WIDE_CHARACTER : 'L\'' TEXT_IN_CHARACTER* '\'' ;
UNTERMINATED_STRING : 'L'? '"' TEXT_IN_STRING* ;
UNTERMINATED_CHARACTER : 'L'? '\'' TEXT_IN_CHARACTER* ;
fragment TEXT_IN_STRING : ~["\\\r\n] | '\\' ~[\r\n] ;
fragment TEXT_IN_CHARACTER : ~['\\\r\n] | '\\' ~[\r\n] ;

BLOCK_COMMENT : '/*' .*? '*/' -> channel(HIDDEN) ;
LINE_COMMENT : '//' ~[\r\n]* -> channel(HIDDEN) ;
UNTERMINATED_COMMENT : '/*' -> channel(HIDDEN) ;
DIRECTIVE : '#' ( ~[\r\n\\] | '\\' '\r'? '\n' | '\\' ~[\r\n] | '\\' '\r' ~'\n' )* -> channel(HIDDEN) ;
SPACE : [ \t\r\n\f\u000B]+ -> skip ;
UNEXPECTED_CHARACTER : . -> channel(HIDDEN) ;
