// Reads AsyncAPI documents (files) with the reference parser, and prints what it has to say of each as JSON.
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

async function main(files) {
  const told = {};
  for (const file of files) {
    const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
    const messages = document ? document.allMessages().all() : [];
    told[file] = {
      messages: messages.map((message) => message.name()),
      // 0 is an error; what is less is advice
      errors: diagnostics.filter((each) => each.severity === 0).map((each) => `${each.path.join(".")}: ${each.message}`),
    };
  }
  console.log(JSON.stringify(told));
}

main(process.argv.slice(2));
