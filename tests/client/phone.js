// A phone: WatermelonDB with its LokiJS adapter in memory, told what to do by lines of JSON on standard input.
const readline = require('readline')
const { Database, Model, appSchema, tableSchema } = require('@nozbe/watermelondb')
const { default: LokiJSAdapter } = require('@nozbe/watermelondb/adapters/lokijs')
const { schemaMigrations, createTable, addColumns } = require('@nozbe/watermelondb/Schema/migrations')
const { synchronize } = require('@nozbe/watermelondb/sync')
const { setGenerator } = require('@nozbe/watermelondb/utils/common/randomId')
const { default: logger } = require('@nozbe/watermelondb/utils/common/logger')
const { LokiMemoryAdapter } = require('lokijs')

logger.silence()
setGenerator(() => crypto.randomUUID())
const [api, token] = process.argv.slice(2)
const memory = new LokiMemoryAdapter()
let database
let served

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) })
  const said = await answer.json()
  if (!answer.ok) throw new Error(`${answer.status} ${JSON.stringify(said)}`)
  return said
}

function columnsOf(columns, lacking = []) {
  return columns.filter(({ name }) => !lacking.includes(name)).map(({ name, type, isOptional }) => ({ name, type, isOptional }))
}

function tablesOf(names, lacks = {}) {
  return served.tables.filter(({ name }) => names.includes(name)).map(({ name, columns }) =>
    tableSchema({ name, columns: columnsOf(columns, lacks[name]) }))
}

// What a newer version of the app has gained.
function steps(tables, columns) {
  return [
    ...tablesOf(tables).map(({ name, columnArray }) => createTable({ name, columns: columnArray })),
    ...Object.entries(columns).map(([table, gained]) => {
      const { columns } = served.tables.find(({ name }) => name === table)
      return addColumns({ table, columns: columnsOf(columns).filter(({ name }) => gained.includes(name)) })
    }),
  ]
}

// Opens the database as an app of that schema version does: `without` some of the server's tables, or of their
// columns (`lacks`), or with what a newer version has `gained` since the one before.
async function open({ version = 1, without = [], lacks = {}, gained = { tables: [], columns: {} } }) {
  if (database) await saved()
  served = served || (await call('GET', 'sync/schema/'))
  const names = served.tables.map(({ name }) => name).filter((name) => !without.includes(name))
  const schema = appSchema({ version, tables: tablesOf(names, lacks) })
  const migrations = schemaMigrations({
    migrations: version > 1 ? [{ toVersion: version, steps: steps(gained.tables, gained.columns) }] : [],
  })
  const adapter = new LokiJSAdapter({
    dbName: 'phone', schema, migrations, useWebWorker: false, useIncrementalIndexedDB: false,
    _testLokiAdapter: memory, extraLokiOptions: { autosave: false },
  })
  const modelClasses = names.map((name) => { const kind = class extends Model {}; kind.table = name; return kind })
  database = new Database({ adapter, modelClasses })
}

// What is in the database outlives the app.
function saved() {
  const { loki } = database.adapter.underlyingAdapter._driver
  return new Promise((done, failed) => loki.saveDatabase((fault) => (fault ? failed(fault) : done())))
}

async function pulled({ lastPulledAt, schemaVersion, migration }, { fresh, loses }) {
  const asked = { last_pulled_at: lastPulledAt || '', schema_version: schemaVersion, migration: JSON.stringify(migration) }
  if (fresh) asked.fresh = 1
  let page, changes, pages = 0
  do {
    if (page) asked.cursor = page.cursor
    page = await call('GET', `sync/pull/?${new URLSearchParams(asked)}`)
    pages += 1
    changes = changes || page.changes
    if (changes !== page.changes) {
      for (const [table, { updated, deleted }] of Object.entries(page.changes)) {
        changes[table].updated.push(...updated)
        changes[table].deleted.push(...deleted)
      }
    }
  } while (page.more)
  if (loses === 'pull') throw new Error('lost')
  const known = Object.fromEntries(Object.entries(changes).filter(([table]) => database.schema.tables[table]))
  const { timestamp, experimentalStrategy } = page
  return { answer: { changes: known, timestamp, ...(experimentalStrategy && { experimentalStrategy }) }, pages }
}

async function sync(options = {}) {
  const told = { pages: 0, results: [] }
  await synchronize({
    database,
    sendCreatedAsUpdated: true,
    migrationsEnabledAtVersion: 1,
    pullChanges: async (asked) => {
      told.migration = asked.migration
      const { answer, pages } = await pulled(asked, options)
      told.pages = pages
      return answer
    },
    pushChanges: async ({ changes }) => {
      const answer = await call('POST', 'sync/push/', { changes, device: { clock_at: new Date().toISOString() } })
      if (options.loses === 'push') throw new Error('lost')
      told.results = answer.results
      return { experimentalRejectedIds: answer.experimentalRejectedIds }
    },
  })
  return told
}

const acts = {
  open,
  sync,
  create: ({ rows }) => database.write(() => database.batch(Object.entries(rows).flatMap(([table, listed]) =>
    listed.map((row) => database.get(table).prepareCreate((record) => {
      record._raw.id = row.id
      for (const [name, value] of Object.entries(row)) if (name !== 'id') record._setRaw(name, value)
    }))))),
  update: ({ table, id, values }) => database.write(async () => {
    const found = await database.get(table).find(id)
    await found.update((record) => {
      for (const [name, value] of Object.entries(values)) record._setRaw(name, value)
    })
  }),
  rows: async () => Object.fromEntries(await Promise.all(Object.keys(database.schema.tables).map(async (table) =>
    [table, (await database.get(table).query().fetch()).map((record) => ({ ...record._raw }))]))),
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { act, ...options } = JSON.parse(line)
  try {
    process.stdout.write(JSON.stringify({ told: (await acts[act](options)) ?? null }) + '\n')
  } catch (fault) {
    process.stdout.write(JSON.stringify({ fault: fault.message }) + '\n')
  }
})
