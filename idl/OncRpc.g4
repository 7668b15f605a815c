// The ONC RPC language, as RFC 4506 (section 6.3) and RFC 5531 (section 12) define it and rpcgen takes it: the
// syntax. What the words mean is the front end's business (compiler/frontend/onc).
//
// Rules of the house, as in OmgIdl.g4:
// - No parser rule matches the empty string; "any number of" and "perhaps" stand in the caller.
// - Every decision needs one token, so that an error is met where it is.
// - The body of everything is a loop of units that end in ';'. The error strategy takes up again at a unit.
// - What can be said better than "expected …" is read here and refused later: empty bodies, forms of string and
//   opaque, arrays of arrays, void where a member should be.
grammar OncRpc;

// -------------------------------------------------------------------------------------------- definitions

specification : definition* EOF ;

definition
    : ( constDefinition | typedefDefinition | enumDefinition | structDefinition | unionDefinition
      | programDefinition ) ';'
    ;

constDefinition : 'const' IDENTIFIER '=' ( value | STRING ) ;

typedefDefinition : 'typedef' declaration ;

enumDefinition : 'enum' IDENTIFIER enumBody ;

structDefinition : 'struct' IDENTIFIER structBody ;

unionDefinition : 'union' IDENTIFIER unionBody ;

// ------------------------------------------------------------------------------------------------- bodies

enumBody : '{' ( enumerator ( ',' enumerator )* )? '}' ;

enumerator : IDENTIFIER ( '=' value )? ;

structBody : '{' member* '}' ;

member : declaration ';' ;

unionBody : 'switch' '(' declaration ')' '{' unionArm* '}' ;

unionArm : ( caseLabel+ | 'default' ':' ) declaration ';' ;

caseLabel : 'case' value ':' ;

// ------------------------------------------------------------------------------------------- declarations

declaration
    : typeSpecifier '*'? IDENTIFIER arrayBound*
    | 'void' ( '*'? IDENTIFIER arrayBound* )?
    ;

arrayBound : '[' value ']' | '<' value? '>' ;

typeSpecifier
    : 'unsigned' ( 'int' | 'char' | ( 'short' | 'long' | 'hyper' ) 'int'? )?
    | ( 'short' | 'long' | 'hyper' ) 'int'?
    | 'int'
    | 'char'
    | 'float'
    | 'double'
    | 'quadruple'
    | 'bool'
    | 'string'
    | 'opaque'
    | 'enum' ( IDENTIFIER | enumBody )
    | 'struct' ( IDENTIFIER | structBody )
    | 'union' ( IDENTIFIER | unionBody )
    | IDENTIFIER
    ;

// ----------------------------------------------------------------------------------------------- programs

programDefinition : 'program' IDENTIFIER '{' versionDefinition* '}' '=' value ;

versionDefinition : 'version' IDENTIFIER '{' procedureDefinition* '}' '=' value ';' ;

procedureDefinition
    : ( 'void' | typeSpecifier ) IDENTIFIER '(' ( argument ( ',' argument )* )? ')' '=' value ';' ;

argument
    : typeSpecifier '*'? arrayBound* ( IDENTIFIER arrayBound* )?
    | 'void'
    ;

// ------------------------------------------------------------------------------------------------- values

value : '-'? INTEGER | CHARACTER | IDENTIFIER ;

// ------------------------------------------------------------------------------------------------- tokens

BOOL : 'bool' ;
CASE : 'case' ;
CHAR : 'char' ;
CONST : 'const' ;
DEFAULT : 'default' ;
DOUBLE : 'double' ;
ENUM : 'enum' ;
FLOAT : 'float' ;
HYPER : 'hyper' ;
INT : 'int' ;
LONG : 'long' ;
OPAQUE : 'opaque' ;
PROGRAM : 'program' ;
QUADRUPLE : 'quadruple' ;
SHORT : 'short' ;
STRING_ : 'string' ;
STRUCT : 'struct' ;
SWITCH : 'switch' ;
TYPEDEF : 'typedef' ;
UNION : 'union' ;
UNSIGNED : 'unsigned' ;
VERSION : 'version' ;
VOID_ : 'void' ;

SEMICOLON : ';' ;
COMMA : ',' ;
COLON : ':' ;
EQUALS : '=' ;
LEFT_BRACE : '{' ;
RIGHT_BRACE : '}' ;
LEFT_PARENTHESIS : '(' ;
RIGHT_PARENTHESIS : ')' ;
LEFT_BRACKET : '[' ;
RIGHT_BRACKET : ']' ;
LEFT_ANGLE : '<' ;
RIGHT_ANGLE : '>' ;
STAR : '*' ;
MINUS : '-' ;
// No rule takes these: they make expressions, which the language does not have.
OPERATOR : '<<' | '>>' | [+/|&^~] ;

IDENTIFIER : [A-Za-z_] [A-Za-z0-9_]* ;

INTEGER : [0-9]+ | '0' [xX] [0-9A-Fa-f]+ ;

STRING : '"' TEXT_IN_STRING* '"' ;
CHARACTER : '\'' TEXT_IN_CHARACTER* '\'' ;
UNTERMINATED_STRING : '"' TEXT_IN_STRING* ;
UNTERMINATED_CHARACTER : '\'' TEXT_IN_CHARACTER* ;
fragment TEXT_IN_STRING : ~["\\\r\n] | '\\' ~[\r\n] ;
fragment TEXT_IN_CHARACTER : ~['\\\r\n] | '\\' ~[\r\n] ;

BLOCK_COMMENT : '/*' .*? '*/' -> channel(HIDDEN) ;
LINE_COMMENT : '//' ~[\r\n]* -> channel(HIDDEN) ;
UNTERMINATED_COMMENT : '/*' -> channel(HIDDEN) ;
// For the C compiler ('%'), or left over by the preprocessor ('#'): to the end of the line, and of those that
// backslashes join to it.
PASSED_LINE : '%' REST_OF_LINE* -> channel(HIDDEN) ;
DIRECTIVE : '#' REST_OF_LINE* -> channel(HIDDEN) ;
fragment REST_OF_LINE : ~[\r\n\\] | '\\' '\r'? '\n' | '\\' ~[\r\n] | '\\' '\r' ~'\n' ;
SPACE : [ \t\r\n\f\u000B]+ -> skip ;
UNEXPECTED_CHARACTER : . -> channel(HIDDEN) ;
