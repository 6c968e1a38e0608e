/** The automation that the reference page begins with; a test compiles it. */
export const TOUR_EXAMPLE = `automation: orders.paid
description: Answers a shop that reports a paid order
inputs:
  currency: { type: string, default: EUR }
steps:
  - set:
      order: \${{ request.json }}
      total: \${{ order.lines.reduce((sum, line) => sum + line.price, 0) }}

  - if: \${{ total <= 0 }}
    then:
      - return: { status: 422, json: { error: nothing to pay } }

  - for: line, index
    in: \${{ order.lines }}
    do:
      - log: line \${{ index + 1 }} is \${{ line.sku }}

  - return:
      status: 200
      json:
        order: \${{ order.id }}
        message: Thank you for \${{ total }} \${{ inputs.currency }}
`;

/** The keys before `steps`, all of them; a test compiles it. */
export const HEAD_EXAMPLE = `automation: orders.paid
description: Answers a shop that reports a paid order
inputs:
  currency: { type: string, default: EUR }
  shop: { type: string, required: true, description: Name of the shop }
  tags: list
policy:
  http: ["POST https://api.example.com/orders/*"]
limits: { timeout: 5s, cpu: 50ms, memory: 16MB }
retry: { attempts: 3, backoff: exponential }
steps:
  - http:
      method: POST
      url: https://api.example.com/orders/\${{ request.json.id }}
      json: { shop: "\${{ inputs.shop }}" }
  - return: { status: 204 }
`;

/** How the page opens: what an automation is, and one from top to bottom. */
export const TOUR_TEXT = `An automation is one YAML file. It says what happens when a request comes in at a webhook, step by
step, and what the answer is. Whatever stands in \`\${{ }}\` is JavaScript; everything else is plain YAML 1.2.`;

export const TOUR_NOTES = `From the top:

- \`automation\` is the name by which webhooks refer to it.
- \`inputs\` are values that each webhook may pass in, here a currency. Steps read them as \`inputs.currency\`.
- \`set\` makes two variables. \`request.json\` is the body of the request, parsed. The second variable uses
  the first.
- \`if\` answers and stops where there is nothing to pay: \`return\` ends the run.
- \`for\` goes over a list. \`line\` and \`index\` exist inside its \`do\` alone.
- The last \`return\` is the answer. A value that is one expression keeps its type, so \`order\` in the answer is
  whatever type the sender's \`id\` has; \`message\` is a text with two values put into it.

A run that ends without an answer gives 204. A run that fails gives 500 and the id of the run.

Editors complete and check automations by the JSON Schema. Begin the file with this line:

\`\`\`yaml
# yaml-language-server: $schema=../schema/automation.schema.json
\`\`\`

\`hookwright validate\` checks files, all mistakes at once, and \`hookwright validate --fix\` mends what can be mended
without asking.`;

export const EXPRESSIONS_TEXT = `\`\${{ … }}\` holds one JavaScript expression. It may stand in any value of a step, at any depth of lists and
maps, not in keys.

- A value that is one expression and nothing else keeps the type of its result: \`total: \${{ 1 + 1 }}\` is a number.
- With text around it, or several of them, the results are put into the text. Texts go in as they are, \`null\` and
  \`undefined\` as nothing, a \`Date\` or \`URL\` as its text, other objects and lists as JSON.
- \`$\${{\` writes a literal \`\${{\`.
- A condition (\`if\`, \`when\`, \`while\`) is one expression, or \`true\` or \`false\`. What JavaScript takes for false is
  false: \`false\`, \`0\`, \`''\`, \`null\`, \`undefined\`, \`NaN\`.
- It is the JavaScript of 2023 and strict, in \`run\` blocks too, as in modules.
- Expressions do not assign. \`set\` does, and so may \`run\`.

**When to quote.** YAML reads some characters of an unquoted text as its own. Put the whole value in quotes where an
expression has a \`: \` (as in \`a ? b : c\`) or a \` #\`, where it stands inside \`[ ]\` or \`{ }\`, and where the text
begins with one of \`\`* & ! % @ \` | >\`\`. The compiler notices, shows the quoted form, and \`validate --fix\` writes it.

\`\`\`yaml
- set:
    size: "\${{ total > 1000 ? 'large' : 'small' }}"
    reply: { ok: true, id: "\${{ request.json.id }}" }
\`\`\`

**Names.** In scope are \`request\`, \`webhook\`, \`event\`, \`inputs\`, \`secrets\`, the variables that earlier steps set, the names of the
loops around a step, \`error\` inside \`catch\`, the library below, and JavaScript's own objects. A name that nothing has
set is a mistake, and so is a member that \`request\`, \`webhook\`, \`event\`, \`inputs\` or the library does not have; a
misspelt one is answered with the nearest. Variables are letters, digits and \`_\`, and may not be called as anything
that exists already. A variable that only one branch sets is \`undefined\` where the other was taken.`;

export const EFFECTS_TEXT = `\`http\`, \`state\`, \`wait\`, \`call\`, \`emit\` and \`hook\` are *effects*: what a run does outside of itself, or learns from
it. Each is written to the run’s journal. A run that is waiting, or that a crash has cut short, goes on from its journal:
what has been done is not done again. An effect that fails throws; \`try\` catches it, and \`error.code\` says why:
\`effect.refused\`, \`effect.failed\`, \`effect.timeout\`, \`effect.in_doubt\`, \`effect.invalid\` or \`limit.effects\`.

**In \`run\` blocks** the same effects are functions, which are awaited. A variable of the same name hides one. Expressions
have no effects.

\`\`\`yaml
automation: example.run
policy:
  http: ["POST https://api.example.com/lines"]
  state: [counts/*]
steps:
  - run: |
      for (const line of request.json.lines) {
        const reply = await http({ method: 'POST', url: 'https://api.example.com/lines', json: line });
        if (reply.json.isNew) await state.increment('counts/' + line.sku, 1, { ttl: '30d' });
      }
      await wait('5s');
\`\`\`

The functions are \`http(url)\` and \`http({ … })\`, \`state.get(key, fallback)\`, \`state.set(key, value, { ttl })\`,
\`state.delete(key)\`, \`state.increment(key, by, { ttl })\`, \`wait(duration)\` and \`wait({ until })\`, \`call(name, inputs)\`,
\`emit(topic, data)\` and \`hook(name, data)\`.

**Messages start automations** that have \`trigger: topic\`. Each runs once for each message, in the background, with
\`event.topic\` and \`event.data\`; nobody waits for it, so it answers nothing and ends with \`return:\` alone. The message is
stored as an event that belongs to no webhook. Where messages start each other, the seventeenth in a row is refused, and
its \`emit\` fails with \`effect.failed\`.

\`\`\`yaml
automation: order.count
trigger: topic
on: order.*
policy:
  state: [counts/*]
steps:
  - state: { increment: "counts/\${{ event.topic }}" }
\`\`\`

**Schedules start automations** that have \`trigger: schedule\`, at the times of one or more cron expressions:

\`\`\`yaml
automation: report.daily
trigger: schedule
on: "0 7 * * 1-5"
timezone: Europe/Berlin
policy:
  http: ["POST https://chat.example.com/reports"]
steps:
  - http:
      method: POST
      url: https://chat.example.com/reports
      json: { text: "Report of \${{ Dates.format(event.scheduled_at, 'YYYY-MM-DD') }}" }
\`\`\`

- The five fields are minute, hour, day of the month, month and day of the week, with \`*\`, lists \`0,30\`, ranges \`1-5\`,
  steps \`*/15\`, and names such as \`MON\` and \`JAN\`. \`L\` is the last day of the month, \`15W\` the weekday nearest to the
  15th, \`FRI#2\` the second and \`FRI#L\` the last Friday. Where both the day of the month and the day of the week say
  something, one of them is enough; \`+MON\` asks for both. Or one of \`@hourly\`, \`@daily\` (\`@midnight\`), \`@weekly\`,
  \`@monthly\`, \`@yearly\` (\`@annually\`). YAML wants quotes around what begins with \`*\` or \`@\`.
- Where clocks change, a time of day that does not exist comes when the gap ends, and one that exists twice comes once, as
  in cron. Expressions with \`*\` or a step in the minute or hour go on through both.
- Each due time is stored as an event that belongs to no webhook, and runs once, in the background, however many
  processes there are and whatever crashes. \`event.scheduled_at\` is the time that was due, \`event.received_at\` when it was
  taken up. Nobody waits for an answer: it ends with \`return:\` alone.
- Of times that passed while no server was running, the last one is made up for, unless it was longer ago than the
  server's setting allows (\`--schedule-late\`, 7 days) or the file says \`missed: skip\`. Up to a minute late is on time. A
  schedule that is new or changed begins now, without times of the past.
- Where an earlier run is still open – waiting and being retried count – the time is passed over, unless the file says
  \`overlap: allow\`. The log tells every time that is passed over.
- \`hookwright automation show NAME\` prints the next times, \`hookwright automation run NAME\` runs it now.
- With \`disabled: true\` in the file, the clock starts nothing until the line is taken away; with \`trigger: topic\`, no
  message does.

**The policy** lists what effects may reach; what it does not list is refused. \`wait\` reaches nothing and is always allowed.
Targets that stand in the file are checked when it is compiled, as far as they stand there; the others when the run asks
for them. Either way the message shows the line to add.

- \`*\` stands for one or more characters within one segment, \`**\` at the end for one or more whole segments. Segments
  are what stands between the \`/\` of paths and keys of the state, and between the \`.\` of topics, hooks and functions:
  \`order.*\` allows \`order.paid\` and not \`order.paid.late\`; \`order.**\` allows both, and not \`order\`.
- \`http\` patterns are methods and a URL: \`GET,POST https://api.example.com/orders/*\`. Without a method, all are allowed.
  Scheme, host and port are exact; \`*.\` before a host stands for one or more names, and not for the host itself. The
  query is not looked at, unless the pattern has one, which then goes by what stands between the \`&\`.
- URLs that two parsers may read differently are refused whatever the policy is: with \`.\` or \`..\` in the path, with an
  encoded \`/\`, \`\\\` or \`.\` there, with a backslash, white space, or a user before the host.
- \`secrets\` are names, without wildcards.

**Secrets.** \`secrets.NAME\` is a text that stands for the value: the host puts the value into the path, query, headers
and body of \`http\`, where the policy lists the secret and the secret is bound to the host, and gives it to \`Hash\`, \`Hmac\`
and \`safeEqual\`. Everywhere else it stays what it is. [More about secrets](secrets.md).

\`\`\`yaml
automation: example.secrets
policy:
  http: ["https://api.example.com/orders"]
  secrets: [WAREHOUSE_KEY]
steps:
  - http: { url: https://api.example.com/orders, auth: { bearer: "\${{ secrets.WAREHOUSE_KEY }}" } }
    as: orders
  - return: { json: { orders: "\${{ orders.json }}" } }
\`\`\``;
