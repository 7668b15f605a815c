// What the generated parser and the front end use of ANTLR's runtime, in the place of its header of everything: that one
// takes seconds to read, and Debian's does not compile under clang (misc/InterpreterDataReader.h default-constructs a
// Vocabulary that cannot be).
#pragma once

#include <ANTLRErrorListener.h>
#include <ANTLRErrorStrategy.h>
#include <ANTLRInputStream.h>
#include <BailErrorStrategy.h>
#include <BaseErrorListener.h>
#include <CommonToken.h>
#include <CommonTokenFactory.h>
#include <CommonTokenStream.h>
#include <DefaultErrorStrategy.h>
#include <Exceptions.h>
#include <FailedPredicateException.h>
#include <InputMismatchException.h>
#include <Lexer.h>
#include <LexerNoViableAltException.h>
#include <ListTokenSource.h>
#include <NoViableAltException.h>
#include <Parser.h>
#include <ParserRuleContext.h>
#include <RecognitionException.h>
#include <Vocabulary.h>
#include <atn/ATN.h>
#include <atn/ATNDeserializer.h>
#include <atn/ATNState.h>
#include <atn/DecisionState.h>
#include <atn/LexerATNSimulator.h>
#include <atn/ParserATNSimulator.h>
#include <atn/RuleStartState.h>
#include <atn/RuleStopState.h>
#include <atn/RuleTransition.h>
#include <atn/SetTransition.h>
#include <atn/Transition.h>
#include <dfa/DFA.h>
#include <misc/Interval.h>
#include <misc/IntervalSet.h>
#include <tree/ErrorNode.h>
#include <tree/ParseTree.h>
#include <tree/TerminalNode.h>
