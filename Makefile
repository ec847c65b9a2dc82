# Every target works on a bare machine: what it needs it installs into .venv and var/ first.
# PYTHON=… chooses the interpreter (3.11–3.13).

.DEFAULT_GOAL := help
.PHONY: demo app apk screenshots test check corpora bench soak lock help

demo: ## Chạy thử trọn việc chính rồi mở máy chủ (DEMO_EXIT=1: thoát sau khi xong) / Run the main job, then serve
	@requirements/install.sh demo
	@.venv/bin/python -m tests.journeys.demo

app: ## Mở ứng dụng hiện trường trong cửa sổ, nối với máy chủ minh họa / Open the field app against the demo server
	@requirements/install.sh app
	@.venv/bin/python -m tests.journeys.demo.app

apk: ## Gói Android: đóng nếu có SDK, không thì kiểm những gì kiểm được / Android package: build, or verify what can be
	@requirements/install.sh app
	@.venv/bin/python -m mobile.android

screenshots: ## Vẽ lại ảnh mọi màn hình của ứng dụng vào docs/screens / Draw every screen of the app into docs/screens
	@requirements/install.sh test
	@requirements/system.sh test
	@.venv/bin/python -m tests.journeys.screens

test: ## Chạy mọi kiểm thử, trên SQLite và PostgreSQL / Run every test, on SQLite and PostgreSQL
	@.ci/test

check: ## Kiểm tra mã: định dạng, kiểu, tầng, migration, OpenAPI, lược đồ / Check code, types, layers and schemas
	@.ci/check

corpora: ## Chạy kiểm thử trên dữ liệu lớn: make corpora DIR=… / Run the tests on a folder of corpora
	@test -n "$(DIR)" -a -d "$(DIR)" || { echo "DIR=$(DIR) không phải là một thư mục / is not a folder: make corpora DIR=…" >&2; exit 2; }
	@requirements/install.sh test
	@.venv/bin/python -m pytest -c pyproject.toml --rootdir . -n 2 tests/corpora --corpora="$(DIR)"

bench: ## Đo tốc độ, mỗi số bên cạnh giới hạn (ONLY=tên: chỉ phép đo đó) / Benchmarks, each beside its limit
	@requirements/install.sh test
	@.venv/bin/python -m tests.bench $(ONLY)

soak: ## Chạy lâu với lỗi ngẫu nhiên rồi kiểm đếm (N=500 SEED=… DATABASE=sqlite|postgresql) / Many random faults, then the count
	@requirements/install.sh test
	@.venv/bin/python -m tests.soak $(if $(N),--faults $(N)) $(if $(SEED),--seed $(SEED)) $(if $(DATABASE),--database $(DATABASE))

lock: ## Tạo lại các tệp khoá thư viện (UPGRADE=1: lấy bản mới) / Make the lock files again (UPGRADE=1: newest)
	@requirements/lock.sh

help: ## In danh sách này / Print this list
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-16s %s\n' "  $$name" "$$text"; done
