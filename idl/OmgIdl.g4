// OMG IDL 4.2: the syntax. What the words mean is the front end's business (compiler/frontend).
//
// Rules of the house:
// - No parser rule matches the empty string; "any number of" and "perhaps" stand in the caller. The runtime of
//   ANTLR 4.9 computes wrong lookahead behind a nullable rule; the build checks this (grammar_lint).
// - Every decision but the ones marked LL(2) needs one token, so that an error is met where it is.
// - The body of everything is a loop of units that end in ';'. The error strategy takes up again at a unit.
// - Keywords that came after CORBA 2.6 are no tokens here, or stand in `identifier` too: old files use them as
//   names. int8 … uint64 are names that the front end knows.
grammar OmgIdl;

// ------------------------------------------------------------------------------------------- declarations

specification : definition* EOF ;

definition
    : annotationDeclaration ';'
    | annotation* ( moduleDeclaration | constDeclaration | typeDeclaration | exceptionDeclaration
                  | interfaceDeclaration ) ';'
    ;

moduleDeclaration : 'module' identifier '{' definition* '}' ;

constDeclaration : 'const' simpleType identifier '=' constExpression ;

typeDeclaration : typedefDeclaration | constructedType ;

typedefDeclaration : 'typedef' typeSpecifier declarator ( ',' declarator )* ;

constructedType : structDeclaration | unionDeclaration | enumDeclaration ;

// Without a body: a forward declaration.
structDeclaration : 'struct' identifier ( ( ':' scopedName )? '{' member* '}' )? ;

member : annotation* typeSpecifier declarator ( ',' declarator )* ';' ;

declarator : identifier arraySize* ;

arraySize : '[' constExpression ']' ;

exceptionDeclaration : 'exception' identifier '{' member* '}' ;

enumDeclaration : 'enum' identifier '{' enumerator ( ',' enumerator )* '}' ;

enumerator : annotation* identifier ;

unionDeclaration
    : 'union' identifier ( 'switch' '(' annotation* switchType ')' '{' unionCase* '}' )? ;

switchType : simpleType | enumDeclaration ;

unionCase : caseLabel+ annotation* typeSpecifier declarator ';' ;

caseLabel : 'case' constExpression ':' | 'default' ':' ;

// --------------------------------------------------------------------------------------------- interfaces

interfaceDeclaration
    : 'interface' identifier ( ( ':' scopedName ( ',' scopedName )* )? '{' interfaceItem* '}' )? ;

interfaceItem
    : annotation* ( constDeclaration | typeDeclaration | exceptionDeclaration | attributeDeclaration
                  | operationDeclaration ) ';'
    ;

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

// -------------------------------------------------------------------------------------------------- types

typeSpecifier : simpleType | constructedType ;

simpleType : primitiveType | sequenceType | stringType | unsupportedType | scopedName ;

primitiveType
    : 'boolean'
    | 'octet'
    | 'char'
    | 'float'
    | 'double'
    | 'short'
    | 'long' ( 'long' | 'double' )?
    | 'unsigned' ( 'short' | 'long' 'long'? )
    ;

sequenceType : 'sequence' '<' annotation* simpleType ( ',' constExpression )? '>' ;

stringType : 'string' ( '<' constExpression '>' )? ;

// Read, so that the error names them; `any` is a type in annotation declarations.
unsupportedType
    : 'any'
    | 'Object'
    | 'ValueBase'
    | 'wchar'
    | 'wstring' ( '<' constExpression '>' )?
    | 'fixed' ( '<' constExpression ',' constExpression '>' )?
    | 'map' '<' annotation* simpleType ',' annotation* simpleType ( ',' constExpression )? '>'   // LL(2)
    ;

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

identifier : IDENTIFIER | 'getraises' | 'setraises' | 'map' ;

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
ANNOTATION : '@annotation' ;
ANY : 'any' ;
ATTRIBUTE : 'attribute' ;
BOOLEAN : 'boolean' ;
CASE : 'case' ;
CHAR : 'char' ;
CONST : 'const' ;
CONTEXT : 'context' ;
CUSTOM : 'custom' ;
DEFAULT : 'default' ;
DOUBLE : 'double' ;
ENUM : 'enum' ;
EXCEPTION : 'exception' ;
FACTORY : 'factory' ;
FALSE_ : 'FALSE' ;
FIXED_ : 'fixed' ;
FLOAT : 'float' ;
GETRAISES : 'getraises' ;
IN_ : 'in' ;
INOUT : 'inout' ;
INTERFACE : 'interface' ;
LONG : 'long' ;
MAP : 'map' ;
MODULE : 'module' ;
NATIVE : 'native' ;
OBJECT : 'Object' ;
OCTET : 'octet' ;
ONEWAY : 'oneway' ;
OUT_ : 'out' ;
PRIVATE : 'private' ;
PUBLIC : 'public' ;
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
UNION : 'union' ;
UNSIGNED : 'unsigned' ;
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
