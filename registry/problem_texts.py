"""What each problem of the API means and what to do about it, in words: a table, and as long as it has to be. Pure."""

from registry.languages import mark

# By code: the meaning, and what to do.
EXPLANATIONS: dict[str, tuple[str, str]] = {
    "account-disabled": (
        mark("The account may not be used or changed while it is disabled, or it was erased."),
        mark("Enable it first; one that was erased needs a new account."),
    ),
    "account-not-found": (
        mark("There is no account under this identifier."),
        mark("Take the identifier from the list of accounts."),
    ),
    "affected-check-not-found": (
        mark("There is no mark under this identifier."),
        mark("Take the identifier from the list of affected checks."),
    ),
    "affected-check-reviewed": (
        mark("An officer has said already what follows for the award, and that is kept as it was said."),
        mark("Nothing is left to do. Ask again about the evaluator if the facts have changed since."),
    ),
    "already-withdrawn": (
        mark("The version was withdrawn before, and a withdrawal is for ever."),
        mark("Nothing is left to do. The detail names the day."),
    ),
    "ambiguous-localization": (
        mark("Two localizations of the same region are in force on the day, and neither builds on the other."),
        mark("Name the one that you mean, or withdraw the other."),
    ),
    "appeal-not-found": (
        mark("There is no appeal under this identifier."),
        mark("Take the identifier from the history of the evaluator."),
    ),
    "appeal-refused": (
        mark("The appeal is late, early, decided already, or would be decided by a person who took part."),
        mark("The detail says which; another person may have to decide."),
    ),
    "application-not-found": (
        mark("There is no application under this identifier, or your roles do not reach it."),
        mark("Take the identifier from the list of applications."),
    ),
    "approval-missing": (
        mark("Nobody who kept out of all revisions of the draft has approved its present content, byte for byte."),
        mark("Ask an approver who edited nothing of the draft to read and approve it as it is now."),
    ),
    "attestation-issuer-unknown": (
        mark("An attestation names the address at which it is verified, and the server was not told its own."),
        mark("Whoever runs the server sets REGISTRY_PUBLIC_URL to the address at which the public finds it."),
    ),
    "attestation-key-not-found": (
        mark("No attestation was ever signed with a key of this name."),
        mark("Take the name from /api/v1/attestation-keys, where it stands under kid."),
    ),
    "attestation-not-found": (
        mark("No attestation was issued under this identifier."),
        mark("Take the identifier from the foot of the printed page, or hand in the file itself."),
    ),
    "attestation-refused": (
        mark("The decision is not one that can be attested, or the key that signs cannot be used now."),
        mark("The detail says which. Ask about one registered evaluator alone, or have the key changed."),
    ),
    "attestation-rejected": (
        mark("Something in the attestation was changed, its key may not have signed it then, or its time is over."),
        mark("Do not rely on it. Ask whoever showed it for the file as it was issued."),
    ),
    "bad-request": (
        mark("The form in the body cannot be taken apart."),
        mark("Send multipart/form-data as a library writes it, and leave the heading Content-Type to the library."),
    ),
    "bidders-rejected": (
        mark("Rows of the file break rules, or its heading lacks a column. Nobody was asked about."),
        mark(
            "The errors name every row and column; /api/v1/eligibility-batches/annotated-file marks them in the file."
        ),
    ),
    "body-too-large": (
        mark("The body has more bytes than the server takes. They are counted as they come."),
        mark("Send less, or have REGISTRY_MAX_BODY_BYTES raised on the server."),
    ),
    "certificate-event-refused": (
        mark(
            "What was recorded of the certificate, or the day of the source, does not admit this event. "
            "Nothing was recorded."
        ),
        mark("The errors name every rule with its code, and what to do about each."),
    ),
    "certificate-not-found": (
        mark("No version of the dossier has a certificate under this identifier."),
        mark("The detail names the known ones."),
    ),
    "checkpoint-not-found": (
        mark("The log has no checkpoint of this size."),
        mark("Ask for one that was signed; the newest is always there once the log was signed."),
    ),
    "checkpoint-rejected": (
        mark("The checkpoint is malformed, or lacks a signature of a key that is known here."),
        mark("Check where the checkpoint came from, and which keys are known."),
    ),
    "clock-doubtful": (
        mark("So many days would be closed that the clock of the machine is probably wrong."),
        mark("Look at the clock. If it is right, run the command in the detail."),
    ),
    "comparison-not-found": (
        mark("No comparison is recorded under the identifier in the address."),
        mark("Take the identifier from the list of comparisons, /api/v1/comparisons."),
    ),
    "concurrent-writes": (
        mark("Several writers wanted the same records at once and this one had to give way. Nothing was saved."),
        mark("Send the request again."),
    ),
    "conflict": (
        mark("What is recorded stands against the request. Nothing was saved."),
        mark("Read the present state, then decide anew."),
    ),
    "constraint-violated": (
        mark("The change contradicts another record, or would alter what may not change. Nothing was saved."),
        mark("Look at what is recorded and hand in what agrees with it."),
    ),
    "content-damaged": (
        mark("A kept file no longer has the SHA-256 hash under which it was kept."),
        mark("Whoever runs the server must restore a backup and look for the cause, often a failing disk."),
    ),
    "content-not-found": (
        mark("No file is kept under this SHA-256 hash."),
        mark("Check the hash, and that the address is of the right server."),
    ),
    "content-too-large": (
        mark("A file is larger than what the database keeps as one piece."),
        mark("Split the file, for example by period, and compare the parts."),
    ),
    "criteria-rejected": (
        mark("The criteria document breaks its schema or a rule between its entries."),
        mark("Correct each place that the errors point to; a pointer leads into the document."),
    ),
    "cursor-rejected": (
        mark("The cursor is not one that this server has given out for this list."),
        mark("Follow the address in next as it is, or leave the cursor out to begin anew."),
    ),
    "database-busy": (
        mark("Another program has been writing for too long, or all connections are in use. Nothing was saved."),
        mark("Send the request again after a few seconds."),
    ),
    "database-missing": (
        mark("There is no database where the settings look for it."),
        mark("Make it with: registry db upgrade"),
    ),
    "database-not-current": (
        mark("The tables are older or newer than the program expects."),
        mark("Where they are older, run registry db upgrade. Where they are newer, install the newer program."),
    ),
    "database-tables-differ": (
        mark("A table or a column that the program needs is missing. Nothing was saved."),
        mark("Run registry db upgrade; registry db check says what differs."),
    ),
    "database-unavailable": (
        mark("The server reaches no database, or the database failed while it worked."),
        mark("The detail names the cause; whoever runs the server can remove it."),
    ),
    "database-url-rejected": (
        mark("REGISTRY_DATABASE_URL names no database that the registry works with."),
        mark("Give sqlite:////path/to/file.db or postgresql://user@host/name."),
    ),
    "decision-not-found": (
        mark("Nothing was recorded under this decision."),
        mark("Take the identifier from the history of the evaluator."),
    ),
    "divisions-rejected": (
        mark("Rows of divisions, changes or facts break rules, or contradict what is recorded. Nothing was imported."),
        mark("Correct the rows that are named, each with its rule, and import the file again."),
    ),
    "document-not-found": (
        mark("A schema, standard or example is missing from the program's own data."),
        mark("Install the program again, or correct REGISTRY_DATA_DIR."),
    ),
    "document-rejected": (
        mark("A standard, a localization or a mapping breaks rules, or was withdrawn for the day."),
        mark("The errors name every fault by its code, the document and the place in it. Correct all of them."),
    ),
    "document-renamed": (
        mark("A draft stays the draft of one document, version and kind. The errors name what differs."),
        mark("Keep the name of the draft, or make a new draft under the other name."),
    ),
    "dossier-changed": (
        mark("The dossier was changed after it was read, so that the change would undo somebody else's."),
        mark("Read it again, make the change anew, and send its ETag as If-Match."),
    ),
    "dossier-key-reused": (
        mark("The Idempotency-Key came with another dossier before, or with another version."),
        mark("Use a new key for each dossier that is handed in."),
    ),
    "dossier-not-named": (
        mark("A change of a dossier says by the heading If-Match which version it was made to."),
        mark("Read the dossier and send its ETag as If-Match."),
    ),
    "dossier-rejected": (
        mark("The dossier breaks its schema or a rule of dossiers; every fault is listed with its place."),
        mark("Correct every place in the list and hand it in again."),
    ),
    "draft-changed": (
        mark("If-Match names other content than the draft has now, or nothing in particular. Nothing was saved."),
        mark("Read the draft again, make the change anew, and send the ETag that came with it."),
    ),
    "draft-not-found": (
        mark("There is no draft under this identifier, or it lies outside the limits of your roles."),
        mark("Take the identifier from the list of drafts."),
    ),
    "draft-not-in-state": (
        mark("This step is not possible in the state that the draft is in. The detail names the state and the way on."),
        mark("Take the step that the detail names first."),
    ),
    "draft-version-not-named": (
        mark(
            "The request does not say which content of the draft it was made to, so it could undo the work of others."
        ),
        mark("Read the draft, and send its ETag in the heading If-Match."),
    ),
    "edition-conflict": (
        mark("Of this code system and day other divisions were imported before, and what is imported never changes."),
        mark("Import the divisions of another day, or correct the earlier ones by a file of changes."),
    ),
    "eligibility-check-not-found": (
        mark("No answer was stored under this code."),
        mark("Take the code from the list of stored checks; it is written as ec-000001."),
    ),
    "eligibility-override-refused": (
        mark("The verdict is that already, or nobody is known who would answer for deciding otherwise."),
        mark("Decide otherwise with an account of your own; the detail says which it is."),
    ),
    "eligibility-policy-rejected": (
        mark("The policy in force asks for what this program does not answer, or lacks what it needs."),
        mark("Publish a version with the criteria and parameters that are named, or run the program that fits it."),
    ),
    "eligibility-question-rejected": (
        mark("The question has no day, or names somebody or some place that cannot be found."),
        mark("Correct every place that is named, and ask again. Nothing was stored."),
    ),
    "entity-event-refused": (
        mark(
            "What was recorded of the legal person, its successors or the day of the source does not admit "
            "this event. Nothing was recorded."
        ),
        mark("The errors name every rule with its code, and what to do about each."),
    ),
    "entry-not-found": (
        mark("The index lies outside the log. The first entry is 0."),
        mark("Ask for an entry below the size of the log."),
    ),
    "erasure-refused": (
        mark("The content of this entry proves something about others, so it is kept."),
        mark("Nothing can be done about this entry; the detail says what it proves."),
    ),
    "name-hold-not-found": (
        mark("No name of an evaluator was held back under this number."),
        mark("Take the number from the list of held names: /api/v1/vetting/names, or `registry vetting names`."),
    ),
    "name-judgement-refused": (
        mark("The name would be refused as the evaluator's own, or it was held again under another number."),
        mark("The detail says which, and which number to judge."),
    ),
    "no-sign-of-succession": (
        mark("The registry has no sign that the one evaluator is the other one under a new name."),
        mark("Judge what the list of signs shows: `registry vetting successions CODE`."),
    ),
    "evaluator-known": (
        mark("An evaluator with this credit code is registered already."),
        mark("Save a new version of the dossier that the detail names."),
    ),
    "evaluator-not-found": (
        mark("No evaluator is registered under the code in the address."),
        mark("Search by name or credit code: /api/v1/evaluators?q=…"),
    ),
    "event-rejected": (
        mark("The program made an entry of the log that breaks the log's own rules."),
        mark("Tell whoever runs the server: this is a fault of the program."),
    ),
    "evidence-not-found": (
        mark("No file with this digest was handed in for this evaluator."),
        mark("Take the digest from the list of evidence of the evaluator."),
    ),
    "engagement-conflict": (
        mark("The commissioner's contract is recorded already, with other content."),
        mark("Record what happened since, or correct what is wrong, as an event of the engagement."),
    ),
    "engagement-not-found": (
        mark("There is no engagement with this code."),
        mark("Take the code from the list of engagements; codes are written as eg-000001."),
    ),
    "engagement-rejected": (
        mark("The engagement or the event breaks rules: of its form, of its parties, or of the order of events."),
        mark("Correct what the errors name, each with its place, and send it again."),
    ),
    "engagement-rows-rejected": (
        mark("Engagements of the file break rules, or its heading lacks a column. Nothing was imported."),
        mark("Correct what the errors name, each with its row and column, and import the file again."),
    ),
    "evidence-not-handed-in": (
        mark("A decision, a step or a finding rests on files that were not handed in for this evaluator."),
        mark("Hand in each file first, then name it by its digest; the errors say which are missing."),
    ),
    "evidence-rejected": (
        mark("The file is too large, empty, or of a type that is not kept."),
        mark("Hand in a PDF document or a PNG or JPEG picture of at most 20 MiB."),
    ),
    "exclusion-entry-not-found": (
        mark("No query of the list ever gave an entry with this key."),
        mark("Take the key from the answer of a check."),
    ),
    "exclusion-list-not-found": (
        mark("No terms of an exclusion list are recorded under this code, or none were recorded by then."),
        mark("Take the code from /api/v1/exclusions/lists, or record the terms of the list first."),
    ),
    "exclusion-list-rejected": (
        mark("The terms of a list are incomplete, or its code is not of the form of codes."),
        mark("Correct what the detail names."),
    ),
    "name-question-rejected": (
        mark("A question for a name lacks its day, or asks for something else beside the name."),
        mark("Give name and valid_at together, and nothing else but known_at."),
    ),
    "exclusion-question-rejected": (
        mark("The question names no body, no day, or parties that cannot be told apart."),
        mark("Correct what the detail and the errors name."),
    ),
    "exclusion-rows-rejected": (
        mark("Rows of the file break rules, or its heading lacks a column. Nothing was imported."),
        mark("The errors name every row and column; /api/v1/exclusions/annotated-file gives the file with remarks."),
    ),
    "export-too-large": (
        mark("An answer is made as a whole, and the register has more scope items than one may hold."),
        mark("Ask whoever runs the server for a file of the whole register."),
    ),
    "fact-sheet-rejected": (
        mark("A fact sheet has facts that its standard does not know, or values beyond their bounds."),
        mark("The errors name every fault by its code and place; the standard's fact_definitions say what is allowed."),
    ),
    "file-changed": (
        mark("A file was altered between being compared and being recorded. Nothing was recorded."),
        mark("Compare again when nobody is writing to the file."),
    ),
    "file-missing": (
        mark("A file that was named does not exist."),
        mark("Check the path and the spelling of the name."),
    ),
    "file-not-readable": (
        mark("The operating system does not let the program read the file."),
        mark("Check the rights on the file, and that it is not a folder."),
    ),
    "finding-not-found": (
        mark("There is no finding under this identifier."),
        mark("Take the identifier from the application or the surveillance."),
    ),
    "finding-refused": (
        mark("The finding is not in the state for this, or is treated by other persons or in another place."),
        mark("The detail says which. A closed finding stays closed: raise another one."),
    ),
    "findings-rejected": (
        mark("Rows of the reports or of the spot checks break a rule, or a column is missing. Nothing was compared."),
        mark(
            "Correct the rows that the errors name. To go on with the good rows, send on_error with the value report."
        ),
    ),
    "forbidden": (
        mark("Whoever sent the request may not do this."),
        mark("Ask whoever runs the server."),
    ),
    "foreign-origin": (
        mark("A browser sent the request from a page of another site, which may not change anything here."),
        mark("Send it from a page of this server, or from a program."),
    ),
    "idempotency-key-reused": (
        mark("An earlier request with other content had the same Idempotency-Key. Nothing was recorded now."),
        mark("Take a new key for each new request, and the same key only to send the same request again."),
    ),
    "identity-refused": (
        mark("What the identity provider sent is incomplete, or is not meant for this registry."),
        mark("Sign in again; if it stays so, whoever runs the server must check the provider's settings."),
    ),
    "inputs-rejected": (
        mark("More than one file has a fault, and all faults are named together."),
        mark("Correct each file; the errors name it."),
    ),
    "internal-error": (
        mark("The server met a fault of its own that nobody has foreseen."),
        mark("Tell whoever runs the server when it happened; the server's log says what."),
    ),
    "invalid": (
        mark("Something in the request breaks a rule."),
        mark("Correct what the errors name; sent again unchanged it is refused again."),
    ),
    "invalid-inspections": (
        mark("The inspections lack a column that the comparison needs."),
        mark("Add the columns that the detail names."),
    ),
    "invalid-ratings": (
        mark("A coefficient of agreement cannot be computed from these ratings or with these options."),
        mark("Change what the detail names."),
    ),
    "invalid-request": (
        mark("A parameter, a heading or a member of the body is missing, unknown or of the wrong type."),
        mark("Compare the request with the documentation at /api; each error names its place."),
    ),
    "invalid-visits": (
        mark("The counts or weights of visits are outside what the method is defined for."),
        mark("Change what the detail names."),
    ),
    "invitation-rejected": (
        mark("The invitation was used, is too old, or a newer one was made."),
        mark("Ask an administrator for another."),
    ),
    "job-given-up": (
        mark("Each time the job was begun, the server stopped, fell silent or could not save. Nothing was recorded."),
        mark("Hand in fewer rows at once, or have the server given more memory and disk; take a new Idempotency-Key."),
    ),
    "job-not-found": (
        mark("There is no job under the identifier in the address."),
        mark("Take the address from the heading Location of the answer 202."),
    ),
    "job-taken": (
        mark("A worker that was taken for dead came back after another had done its job."),
        mark("Nothing is lost and nothing needs to be done."),
    ),
    "judgement-rejected": (
        mark("The credit code decides whether the entry means the evaluator, or no name of the two is alike."),
        mark("Judge only candidates that a check shows."),
    ),
    "key-line-rejected": (
        mark("The line does not hold a name, a key hash and a public key as a key line does."),
        mark("Copy the whole line as it was published."),
    ),
    "key-not-found": (
        mark("The account has no such API key, or it is revoked already."),
        mark("Look at the list of the account's keys."),
    ),
    "key-refused": (
        mark("The key would last too long, or may do what it must not."),
        mark("Change what the errors name."),
    ),
    "key-rejected": (
        mark("The API key is unknown, expired or revoked."),
        mark("Send a valid one as: Authorization: Bearer <key>"),
    ),
    "keys-unusable": (
        mark("The server's key files are missing, damaged or not readable."),
        mark("Whoever runs the server must restore them from their backup or correct the rights."),
    ),
    "likeness-unavailable": (
        mark("The program was installed without PyICU, so that names which look alike cannot be found."),
        mark("Whoever runs the server must install it; the detail says how."),
    ),
    "localization-rejected": (
        mark("A localization goes beyond what its standard allows: in a value, a bound, a waiver, a level or a place."),
        mark("The errors name every fault by its code, the document and the place in it, with what is allowed."),
    ),
    "log-not-continuous": (
        mark("Entries that were signed are missing: an older backup was restored, or entries were removed."),
        mark("Nothing may be signed until the cause is known; the detail says how to go on."),
    ),
    "malformed-body": (
        mark("The body is not UTF-8, or its JSON has duplicate keys, NaN, numbers out of range or too many levels."),
        mark("Write the body with a JSON library, as UTF-8 without byte order mark."),
    ),
    "mapping-rejected": (
        mark("A mapping speaks of criteria that its standards do not have, or its shares do not add up to one."),
        mark("The errors name every fault by its code and place."),
    ),
    "method-not-allowed": (
        mark("The address exists, but not for this HTTP method."),
        mark("Use one of the methods in the heading Allow of the answer."),
    ),
    "name-refused": (
        mark("The sign-in name has characters that cannot be used, or too few or too many."),
        mark("The errors name the rule; choose a name that keeps to it."),
    ),
    "name-taken": (
        mark("Another account has this sign-in name."),
        mark("Choose another one."),
    ),
    "newest-checkpoint-changed": (
        mark("Two processes wanted to sign at once and this one gave way."),
        mark("Try again."),
    ),
    "no-comparison": (
        mark("The server was started without a comparison, so its pages have nothing to show."),
        mark("Compare files first, then start: registry serve FOLDER"),
    ),
    "no-divisions": (
        mark("Questions about regions are answered from imported divisions, and of this code system there are none."),
        mark("Import them with: registry regions import"),
    ),
    "not-a-comparison": (
        mark("The folder has no result of this version of the program, or its files were changed."),
        mark("Run the comparison again with --folder."),
    ),
    "not-allowed": (
        mark("No role of the account allows this; the detail gives the reason."),
        mark("Ask an administrator for the role, or somebody who has it to do it."),
    ),
    "not-canonical": (
        mark("A value cannot be written as canonical JSON (RFC 8785), so it has no digest."),
        mark("Leave out NaN, infinite numbers, numbers out of range and broken characters."),
    ),
    "not-found": (
        mark("The server has nothing at this address."),
        mark("Check the address against the documentation at /api."),
    ),
    "not-proven-yet": (
        mark("The day of the entry is not closed and signed yet."),
        mark("Ask again on the next day."),
    ),
    "nothing-to-compare": (
        mark("After rows that break rules were left out, one side has no row."),
        mark("Correct rows of that side; the errors of a dry run name them."),
    ),
    "nothing-to-sign": (
        mark("The log is empty, so there is nothing to sign."),
        mark("Sign once something was logged."),
    ),
    "origins-rejected": (
        mark("A setting that lists hosts has an entry that is no origin."),
        mark("Correct the setting that the detail names, as https://hooks.example.org."),
    ),
    "outbound-failed": (
        mark("A server that the registry asked cannot be reached, is too slow or sends what cannot be used."),
        mark("Try again later; the detail names the server."),
    ),
    "outbound-refused": (
        mark("The settings do not allow connections to this host."),
        mark("Whoever runs the server can allow the host in the settings."),
    ),
    "output-would-overwrite": (
        mark("Two options name the same file, or an output names an input."),
        mark("Give each output a name of its own."),
    ),
    "password-refused": (
        mark("The password breaks a rule for passwords."),
        mark("Choose one that keeps to the rules that the errors name."),
    ),
    "person-erased": (
        mark("The name of this person was erased before."),
        mark("There is nothing left to do."),
    ),
    "person-not-found": (
        mark("No version of the evaluator's dossier names a person by this id."),
        mark("Take the id from the dossier."),
    ),
    "precondition-failed": (
        mark("The request was made to another state of things than the present one. Nothing was saved."),
        mark("Read again what is there now, then make the change anew."),
    ),
    "precondition-required": (
        mark("The request does not say which state of things it was made to."),
        mark("Read what is there, and send its ETag in the heading If-Match."),
    ),
    "qualification-event-not-found": (
        mark("The evaluator has no event under this identifier."),
        mark("Take the identifier from the history of the evaluator."),
    ),
    "qualification-event-refused": (
        mark("A rule of qualifications stands against the decision, and nothing was recorded."),
        mark("The errors name every rule with its code, and what to do about each."),
    ),
    "query-time-rejected": (
        mark("A list cannot have been queried at an instant that lies ahead."),
        mark("Write the instant at which the authority gave the file, with its time zone."),
    ),
    "region-not-found": (
        mark("The code system has never had this code."),
        mark("Search the region by its name, and take the reference from the answer."),
    ),
    "region-option-rejected": (
        mark("A day, an instant or a level in an option of the command is not written as it has to be."),
        mark("Write it as the message shows."),
    ),
    "region-query-rejected": (
        mark("The search for regions has too many words."),
        mark("Write a part of one name, and before it at most four names of regions that it lies in."),
    ),
    "region-reference-rejected": (
        mark("A region is named by its code system and its code, such as mca:422828100."),
        mark("Write the reference so; add the day, as mca:330103@2020-05-01, where the code is an old one."),
    ),
    "register-rejected": (
        mark("Rows of the register's files break rules, or name evaluators that are registered already."),
        mark("Correct every cell that is named, in the file itself, and import it again. Nothing was imported."),
    ),
    "requirements-not-readable": (
        mark("The requirements of the evaluator's place cannot be found, and none were held against the dossier."),
        mark("Correct the region of the dossier, or import the divisions of that time."),
    ),
    "review-outdated": (
        mark("The review names other content than the draft has now: it was edited since. Nothing was saved."),
        mark("Read the draft as it is now, and review that."),
    ),
    "role-not-found": (
        mark("The account holds no role under this identifier, or it has ended."),
        mark("Look at the roles of the account."),
    ),
    "role-refused": (
        mark("The role is held already, or its limits do not fit the role."),
        mark("Change what the errors name."),
    ),
    "row-not-found": (
        mark("The record does not exist."),
        mark("Take the identifier from a list of the API."),
    ),
    "rule-facts-rejected": (
        mark("Values that a rule is asked about are not of the declared type, lie outside its bounds or are unknown."),
        mark('Change what the errors point to; leave out what is not known. Decimals are texts, as "0.25".'),
    ),
    "rule-rejected": (
        mark("The text is not a rule that can be used. Each error names its line and column and shows the place."),
        mark("Change the rule at the places named, as each error says; nothing was saved."),
    ),
    "schema-refused": (
        mark("A schema uses what the registry does not support, so documents cannot be checked by it."),
        mark("Change the schema at the places that the errors point to."),
    ),
    "scope-item-not-found": (
        mark("The evaluator has no scope item under this identifier or number."),
        mark("Take it from the status of the evaluator."),
    ),
    "scope-rejected": (
        mark("A region or a range of versions of a scope item is not acceptable."),
        mark("The errors name each place and what to write there."),
    ),
    "seal-broken": (
        mark("What was encrypted was not encrypted with the key files of this server, or it was altered."),
        mark("Whoever runs the server must restore the key files that belong to the database."),
    ),
    "sealed-entry-not-found": (
        mark("There is no sealed entry under this identifier."),
        mark("Check the identifier."),
    ),
    "sealing-rejected": (
        mark("The content is no JSON value, or is too large."),
        mark("Hand in a JSON value within the limit."),
    ),
    "second-factor-refused": (
        mark("The code of the second factor is wrong or was used, or the second factor is not in the state for this."),
        mark("Wait for the next code, and check the clock of the device."),
    ),
    "secret-unreadable": (
        mark("A record was encrypted with other key files than those of this server, or it was altered."),
        mark("Whoever runs the server restores the key files from their backup."),
    ),
    "separate-duties": (
        mark("Two persons must want this, and you are the one who has acted already."),
        mark("Ask another person who holds the role."),
    ),
    "settings-rejected": (
        mark("An environment variable REGISTRY_… has a value that cannot be used."),
        mark("Change or unset the variables that the errors name."),
    ),
    "sign-in-failed": (
        mark("The name, the password or the code is wrong, or the account cannot be used. Which, is not told."),
        mark("Try again; after that ask an administrator."),
    ),
    "sign-in-needed": (
        mark("Only those who are signed in may do this."),
        mark("Sign in, or send an API key as: Authorization: Bearer <key>"),
    ),
    "sign-in-needs-https": (
        mark("The connection is neither encrypted nor within this machine: others could read the password."),
        mark("Use the https address. Whoever runs the server sets REGISTRY_PUBLIC_URL to it."),
    ),
    "snapshot-conflict": (
        mark("The list was queried at this instant already, and gave another file. What is recorded never changes."),
        mark("Give the instant at which this file was given."),
    ),
    "snapshot-shrunk": (
        mark("The file has less than half of the entries of the query before, as a download has that broke off."),
        mark("Query the list again. Where it did become so much shorter, repeat the request with accept_fewer=true."),
    ),
    "stale-version": (
        mark("The change was made to a version that is no longer the present one. Nothing was saved."),
        mark("Read the record again, then make the change anew."),
    ),
    "standard-not-found": (
        mark("Nothing is published under this identifier and version, or no version is in force on the day."),
        mark("The detail says which versions there are; the list of standards shows everything."),
    ),
    "standard-rejected": (
        mark("A standard contradicts itself: in a rule, a weight, a value or a bound of its own."),
        mark("The errors name every fault by its code and place, and what to do about it."),
    ),
    "step-refused": (
        mark("The application is not in the stage for this step, or a rule stands against it. Nothing was recorded."),
        mark("The errors name every rule with its code, and what to do about each."),
    ),
    "status-list-not-found": (
        mark("There is no such list, it had not begun at the instant, or the instant lies ahead."),
        mark("Take the address from the attestation; ask for an instant between its issue and now."),
    ),
    "successor-decision-refused": (
        mark(
            "No succession is recorded, the predecessor had no such right, or the new item does not stand "
            "for it. Nothing was recorded."
        ),
        mark("The errors name every rule with its code, and what to do about each."),
    ),
    "successor-rejected": (
        mark("A successor is told in a way that names no body, is a region, or is named twice."),
        mark("The errors name each of them. Write the code of an evaluator or a credit code."),
    ),
    "surveillance-not-found": (
        mark("There is no surveillance under this identifier."),
        mark("Take the identifier from the list of surveillances."),
    ),
    "surveillance-refused": (
        mark("The surveillance has its result already, or what was said of it does not fit together."),
        mark("The detail says what does not fit."),
    ),
    "time-rejected": (
        mark("A time in the address is no day or no instant with its zone, or lies after now where it may not."),
        mark("Write a day as 2026-03-10, an instant as 2026-03-10T00:00:00Z, and the + of a zone as %2B."),
    ),
    "too-long-for-sheet": (
        mark("A sheet of a workbook ends at row 1,048,576."),
        mark("Use CSV."),
    ),
    "too-many-attempts": (
        mark("There were too many failed attempts, so the next one must wait."),
        mark("Wait as long as the detail says."),
    ),
    "unauthenticated": (
        mark("The request does not say who sends it, or says it with a key or session that is not valid."),
        mark("Sign in, or send a valid key in the heading Authorization as the heading WWW-Authenticate says."),
    ),
    "unavailable": (
        mark("A port, a file, or a place to work on a file cannot be had now."),
        mark("The detail says which. Try again in a minute."),
    ),
    "unknown-document-kind": (
        mark("The member $schema names no kind of document that can be drafted and published."),
        mark("Write the $schema of a standard, a localization or a mapping."),
    ),
    "unknown-language": (
        mark("The parameter lang of the address names a language that the pages do not have."),
        mark("Use lang=en or lang=zh, or leave it out."),
    ),
    "unknown-order": (
        mark("The parameter sort names no column that the table can be sorted by."),
        mark("Sort with the links in the heading of the table."),
    ),
    "unknown-parameter": (
        mark("The address has a parameter that this operation does not know, or has one twice."),
        mark("The errors name the known parameters; a typing error is the usual cause."),
    ),
    "unknown-query": (
        mark("A filter, an order or a page number in the address is unknown."),
        mark("The errors name the known values; the links and forms of the pages use only these."),
    ),
    "unknown-zone": (
        mark("The option zone names no time zone."),
        mark("Give an IANA name, for example Asia/Shanghai."),
    ),
    "unreadable": (
        mark(
            "A file is damaged, of another kind than its name says, in another encoding, or larger than what is read."
        ),
        mark("The detail says which and what to do; for CSV, UTF-8 is always right."),
    ),
    "unsupported-media-type": (
        mark("The heading Content-Type is missing, or names what this address does not read."),
        mark("Send application/json or multipart/form-data."),
    ),
    "version-taken": (
        mark("This version is published or drafted already, or comes with the program."),
        mark("Choose another version: what is published never changes, so that a correction is a new version."),
    ),
    "webhook-delivery-not-found": (
        mark("No delivery is recorded under the identifier in the address."),
        mark("Take the identifier from the list of deliveries, /api/v1/webhooks/deliveries."),
    ),
    "webhook-endpoint-not-found": (
        mark("No endpoint is registered under the identifier in the address."),
        mark("Take the identifier from the list of endpoints, /api/v1/webhooks/endpoints."),
    ),
    "webhook-endpoint-not-in-state": (
        mark("The endpoint is disabled where it must be told, or told where it must be disabled."),
        mark("Read its present state, then enable or disable it first."),
    ),
    "webhook-endpoint-rejected": (
        mark("Messages may not be sent to this address: its origin is not allowed, or it is told already."),
        mark("Use another address, or have an operator allow the origin by REGISTRY_WEBHOOK_ORIGINS."),
    ),
    "webhook-replay-refused": (
        mark("The message is on its way to the endpoint, so that it cannot be sent again yet."),
        mark("Wait until it is delivered or given up, then repeat it."),
    ),
    "withdrawal-refused": (
        mark("A version cannot be withdrawn for days that are past, nor for days on which it is not in force anyway."),
        mark("Name today or a later day before the end of the version."),
    ),
}
_REFUSED = (
    mark("The server refuses the request as it is."),
    mark("The detail of the answer says why. Sent again unchanged, the request is refused again."),
)
_FAILED = (
    mark("The server cannot answer the request now."),
    mark("The detail of the answer says why. Try again later, or tell whoever runs the server."),
)


def explanation(code: str, status: int) -> tuple[str, str]:
    """The code's own words, else those of its status: meaning, and what to do."""
    return EXPLANATIONS.get(code, _FAILED if status >= 500 else _REFUSED)
