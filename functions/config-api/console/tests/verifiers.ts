import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SnippetLanguage } from '../src/snippets/snippet';

/** A request as an endpoint gets it. */
export interface Case {
  headers: Record<string, string>;
  body: string;
}

interface Verifier {
  /** The file of the snippet, and what calls it for each request. */
  snippet: string;
  files: Record<string, string>;
  /** What is run in the folder of these files; the numbers of the requests follow the last command. */
  commands: string[][];
  /** Fails where the language is missing. */
  probe: string[];
  /** Fails where the libraries of its snippets for tokens are missing. */
  tokenProbe?: string[];
}

/** The class path of jose4j and slf4j-api. Debian has neither, and nothing else here comes from Maven. */
const CLASSPATH = process.env.SNIPPETS_CLASSPATH ?? '';

const VERIFIERS: Record<SnippetLanguage, Verifier> = {
  node: {
    snippet: 'snippet.mjs',
    files: {
      'check.mjs': `import { readFileSync } from 'node:fs';
import { isGenuine } from './snippet.mjs';

for (const number of process.argv.slice(2)) {
  const lines = readFileSync(number + '.headers', 'utf8').split('\\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2)));
  console.log(String(await isGenuine(headers, readFileSync(number + '.body'))));
}
`,
    },
    commands: [[process.execPath, 'check.mjs']],
    probe: [process.execPath, '--version'],
  },
  python: {
    snippet: 'snippet.py',
    files: {
      'check.py': `import sys
from pathlib import Path

from snippet import is_genuine

for number in sys.argv[1:]:
    lines = Path(number + ".headers").read_text().split("\\n")
    headers = dict(line.split(": ", 1) for line in lines)
    print(str(is_genuine(headers, Path(number + ".body").read_bytes())).lower())
`,
    },
    commands: [['python3', 'check.py']],
    probe: ['python3', '-c', 'import cryptography, jwt, standardwebhooks'],
  },
  java: {
    snippet: 'FeedbackRequest.java',
    files: {
      'Check.java': `import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

final class Check {
    public static void main(String[] numbers) throws Exception {
        for (String number : numbers) {
            Map<String, String> headers = new HashMap<>();
            for (String line : Files.readAllLines(Path.of(number + ".headers"))) {
                String[] parts = line.split(": ", 2);
                headers.put(parts[0], parts[1]);
            }
            System.out.println(FeedbackRequest.isGenuine(headers::get, Files.readAllBytes(Path.of(number + ".body"))));
        }
    }
}
`,
    },
    commands: [
      ['javac', '-cp', `.:${CLASSPATH}`, 'Check.java', 'FeedbackRequest.java'],
      ['java', '-XX:TieredStopAtLevel=1', '-cp', `.:${CLASSPATH}`, 'Check'],
    ],
    probe: ['javac', '--release', '17', '--version'],
    tokenProbe: ['javap', '-cp', CLASSPATH || '.', 'org.jose4j.jwt.consumer.JwtConsumer', 'org.slf4j.Logger'],
  },
  go: {
    snippet: 'feedback/snippet.go',
    files: {
      'go.mod': 'module check\n\ngo 1.19\n',
      'main.go': `package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"check/feedback"
)

func main() {
	for _, number := range os.Args[1:] {
		text, _ := os.ReadFile(number + ".headers")
		header := http.Header{}
		for _, line := range strings.Split(string(text), "\\n") {
			name, value, _ := strings.Cut(line, ": ")
			header.Set(name, value)
		}
		body, _ := os.ReadFile(number + ".body")
		fmt.Println(feedback.IsGenuine(header, body))
	}
}
`,
    },
    commands: [['go', 'build', '-o', 'check', '.'], ['./check']],
    probe: ['go', 'version'],
    tokenProbe: [
      'go',
      'list',
      '-m',
      'github.com/golang-jwt/jwt/v5@latest',
      'github.com/MicahParks/keyfunc/v3@latest',
    ],
  },
};

/** Why a language's snippets cannot be run on this machine; null if they can. */
export async function missing(
  language: SnippetLanguage,
  kind: 'tokens' | 'signatures',
): Promise<string | null> {
  const { probe, tokenProbe } = VERIFIERS[language];
  for (const command of kind === 'tokens' && tokenProbe ? [probe, tokenProbe] : [probe])
    if ((await run(command, '.', {})).code !== 0) return `${command.join(' ')} fails`;
  return null;
}

/**
 * Runs a snippet on requests, in a folder of its own, and tells what it says of each. `secret` is what the endpoint keeps in
 * WEBHOOK_SECRET.
 */
export async function verify(
  language: SnippetLanguage,
  code: string,
  secret: string | null,
  cases: Case[],
  folder: string,
): Promise<string[]> {
  const { snippet, files, commands } = VERIFIERS[language];
  mkdirSync(join(folder, 'feedback'), { recursive: true });
  for (const [name, content] of Object.entries({ ...files, [snippet]: code }))
    writeFileSync(join(folder, name), content);
  cases.forEach(({ headers, body }, number) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    writeFileSync(join(folder, `${number}.headers`), lines.join('\n'));
    writeFileSync(join(folder, `${number}.body`), body);
  });
  let output = '';
  for (const [index, command] of commands.entries()) {
    const numbers = index === commands.length - 1 ? cases.map((_, number) => String(number)) : [];
    const result = await run(
      [...command, ...numbers],
      folder,
      secret === null ? {} : { WEBHOOK_SECRET: secret },
    );
    if (result.code !== 0) throw new Error(`${command.join(' ')}\n${result.output}\n${code}`);
    output = result.output;
  }
  return output.trim().split('\n');
}

function run(
  [program = '', ...parameters]: string[],
  cwd: string,
  variables: Record<string, string>,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { cwd, env: { ...process.env, ...variables } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
    child.on('error', (error) => resolve({ code: -1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
