/**
 * Splits the arguments of ARG, ENV and LABEL at blanks outside of quotes. Quotes and escapes stay in the words: they
 * count once more when variables are replaced.
 */
export function splitWords(text: string, escape: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === "" && /\s/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    if (character === escape && quote !== "'") {
      at += 1;
      // One at the end is dropped.
      if (at < text.length) word += character + text.charAt(at);
      continue;
    }
    if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = "";
    word += character;
  }
  if (word !== "") words.push(word);
  return words;
}
